//! What `#[traced]` records: that a function ran, when and for how long, and beyond that what it is told to.
//!
//! ```sh
//! cargo run --example attribute
//! ```

use std::error::Error;
use std::fmt;

use opentracing::{Config, log, traced};

/// Without options, the span is named after the function, and is a child of the span that is active at the call.
#[traced]
fn open_shop(carts: &[Cart]) -> u32 {
    let till = Till { change: 20 };
    carts.iter().filter_map(|cart| checkout(cart, &till).ok()).sum()
}

/// A name and tags of one's own: tags are expressions over the arguments. `ret` records what the function gives, and
/// `err` why it failed.
#[traced("checkout", tags(customer.name = cart.customer, items = cart.items.len()), ret, err)]
fn checkout(cart: &Cart, till: &Till) -> Result<u32, Unpaid> {
    let total = cart.items.iter().map(|item| price(item)).sum();
    log!(event = "added up", total);
    till.pay(total, cart.purse)?;
    Ok(total)
}

/// Arguments are recorded where they are named, or asked for as a whole: nothing leaves the program by accident.
#[traced(args, ret)]
fn price(item: &str) -> u32 {
    match item {
        "tea" => 4,
        "cup" => 7,
        _ => 30,
    }
}

struct Till {
    change: u32,
}

/// On an `impl`, it holds for all methods; each may have an attribute of its own, or none.
#[traced(naming = type)]
impl Till {
    /// What is no tag value by itself is recorded as `Debug` writes it, with `?`, or as `Display` does, with `%`.
    #[traced(args(total, ?purse), err)]
    fn pay(&self, total: u32, purse: Purse) -> Result<(), Unpaid> {
        match purse {
            Purse::Card => Ok(()),
            Purse::Cash(note) if note >= total => self.give_change(note - total),
            Purse::Cash(note) => Err(Unpaid { missing: total - note }),
        }
    }

    fn give_change(&self, amount: u32) -> Result<(), Unpaid> {
        if self.holds(amount) { Ok(()) } else { Err(Unpaid { missing: amount }) }
    }

    #[traced(skip)]
    fn holds(&self, amount: u32) -> bool {
        amount <= self.change
    }
}

struct Cart {
    customer: &'static str,
    items: Vec<&'static str>,
    purse: Purse,
}

#[derive(Debug, Clone, Copy)]
enum Purse {
    Card,
    Cash(u32),
}

#[derive(Debug)]
struct Unpaid {
    missing: u32,
}

impl fmt::Display for Unpaid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} are missing", self.missing)
    }
}

impl Error for Unpaid {}

fn main() {
    let _tracer = Config::new("shop").init().expect("valid configuration");
    let sold = open_shop(&[
        Cart { customer: "Ada", items: vec!["tea", "cup"], purse: Purse::Cash(20) },
        Cart { customer: "Grace", items: vec!["tea"], purse: Purse::Card },
        Cart { customer: "Linus", items: vec!["pot"], purse: Purse::Cash(10) },
    ]);
    println!("sold for {sold}");
}
