//! The customer service: who wants something delivered, and where they are.

use std::sync::Mutex;

use opentracing::{log, tags, traced};
use serde::{Deserialize, Serialize};

use super::http::{Failure, Reply, Request, Service};
use super::work::Work;

/// Whoever wants something delivered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Customer {
    pub(crate) id: u32,
    pub(crate) name: String,
    pub(crate) location: String,
}

const CUSTOMERS: [(u32, &str, &str); 4] = [
    (123, "Petal & Stem", "115,277"),
    (392, "Cocoa Corner", "577,322"),
    (567, "The Roast Office", "211,653"),
    (731, "Mochi House", "728,326"),
];

/// Finds customers in a database, whose only connection serves one query at a time.
pub(crate) struct Customers {
    connection: Mutex<()>,
    work: Work,
}

impl Customers {
    pub(crate) fn new(work: Work) -> Self {
        Self { connection: Mutex::new(()), work }
    }

    #[traced(
        "SQL SELECT",
        kind = client,
        tags(
            {tags::DB_TYPE} = "sql",
            {tags::DB_STATEMENT} = "SELECT * FROM customer WHERE id = ?",
            customer.id = id,
        ),
    )]
    fn find(&self, id: u32) -> Option<Customer> {
        log!(event = "waiting for the connection");
        let _connection = self.connection.lock();
        log!(event = "connected");
        self.work.take(8..20);
        let (id, name, location) = CUSTOMERS.into_iter().find(|(known, ..)| *known == id)?;
        Some(Customer { id, name: name.to_owned(), location: location.to_owned() })
    }
}

impl Service for Customers {
    fn name(&self) -> &'static str {
        "customer"
    }

    fn answer(&self, request: &Request) -> Result<Reply, Failure> {
        match request.path() {
            "/customer" => {
                let id = request.parameter("id")?;
                let customer = self.find(id);
                Reply::json(&customer.ok_or_else(|| Failure::not_found(format_args!("customer {id}")))?)
            }
            path => Err(Failure::not_found(path)),
        }
    }
}
