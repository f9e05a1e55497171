//! What `#[traced]` records: that the function ran and for how long, and beyond that only what it is told to.
//!
//! ```sh
//! cargo run --example attribute
//! ```

use std::fmt;

use opentracing::{Config, log, traced};

/// The span is named after the function and is a child of the span that is active when the function is called.
#[traced]
fn checkout(carts: &[Cart]) -> u32 {
    let stock = Stock { shelves: 3 };
    carts.iter().filter_map(|cart| stock.order(cart).ok()).sum()
}

#[derive(Debug)]
struct Cart {
    customer: &'static str,
    items: Vec<&'static str>,
}

struct Stock {
    shelves: usize,
}

impl Stock {
    /// A name of its own, and tags, which are expressions over the arguments. `err` records why it failed, and `ret`
    /// what it gave if it succeeded.
    #[traced("place order", tags(customer.name = cart.customer, items = cart.items.len()), err, ret)]
    fn order(&self, cart: &Cart) -> Result<u32, OutOfStock> {
        let mut total = 0;
        for item in &cart.items {
            total += price(item);
            log!(event = "packed", total, "{item} is in the box");
        }
        self.reserve(cart, "standard")?;
        Ok(total)
    }

    /// Arguments are recorded where they are named, and only there: `?` takes what Debug writes, `%` what Display
    /// writes.
    #[traced(args(?cart, shipping), err)]
    fn reserve(&self, cart: &Cart, shipping: &str) -> Result<(), OutOfStock> {
        match cart.items.len() > self.shelves {
            true => Err(OutOfStock { item: cart.items[self.shelves] }),
            false => Ok(()),
        }
    }
}

/// Bare `ret` records what the result offers.
#[traced(args, ret)]
fn price(item: &str) -> u32 {
    u32::try_from(item.len()).expect("the name of a thing is short")
}

#[derive(Debug)]
struct OutOfStock {
    item: &'static str,
}

impl fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no {} is left", self.item)
    }
}

impl std::error::Error for OutOfStock {}

fn main() {
    let _tracer = Config::new("shop").init().expect("valid configuration");
    let carts = [
        Cart { customer: "Ada", items: vec!["tea", "cup"] },
        Cart { customer: "Grace", items: vec!["nut", "fig", "oat", "pea"] },
    ];
    println!("sold for {}", checkout(&carts));
}
