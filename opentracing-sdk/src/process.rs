//! Who made the spans.

use std::borrow::Cow;

use opentracing_core::TagValue;

/// Who made the spans: the name of the service, and tags that hold for all of them.
///
/// # Examples
/// ```
/// use opentracing_sdk::Process;
///
/// let process = Process::new("shop").tag("version", "1.2").tag("replica", 3);
/// assert_eq!(process.service_name(), "shop");
/// assert_eq!(process.tags().count(), 2);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Process {
    service_name: String,
    // Invariant: no key comes twice.
    tags: Vec<(Cow<'static, str>, TagValue<'static>)>,
}

impl Process {
    /// A process that belongs to the service of this name.
    ///
    /// # Examples
    /// ```
    /// let process = opentracing_sdk::Process::new("shop");
    /// assert_eq!(process.service_name(), "shop");
    /// assert_eq!(process.tags().count(), 0);
    /// ```
    #[must_use]
    pub fn new(service_name: impl Into<String>) -> Self {
        Self { service_name: service_name.into(), tags: Vec::new() }
    }

    /// Adds a tag; the last value of a key wins.
    ///
    /// # Examples
    /// ```
    /// use opentracing_sdk::Process;
    ///
    /// let process = Process::new("shop").tag("version", "1.1").tag("version", "1.2");
    /// assert_eq!(process, Process::new("shop").tag("version", "1.2"));
    /// ```
    #[must_use]
    pub fn tag(mut self, key: impl Into<Cow<'static, str>>, value: impl Into<TagValue<'static>>) -> Self {
        let (key, value) = (key.into(), value.into());
        match self.tags.iter_mut().find(|(present, _)| *present == key) {
            Some((_, old)) => *old = value,
            None => self.tags.push((key, value)),
        }
        self
    }

    /// The name of the service.
    ///
    /// # Examples
    /// ```
    /// let process = opentracing_sdk::Process::new("shop").tag("version", "1.2");
    /// assert_eq!(process.service_name(), "shop");
    /// ```
    #[must_use]
    pub fn service_name(&self) -> &str {
        &self.service_name
    }

    /// The tags, in the order in which their keys came.
    ///
    /// # Examples
    /// ```
    /// let process = opentracing_sdk::Process::new("shop").tag("version", "1.2").tag("replica", 3);
    /// let keys: Vec<_> = process.tags().map(|(key, _)| key).collect();
    /// assert_eq!(keys, ["version", "replica"]);
    /// ```
    pub fn tags(&self) -> impl Iterator<Item = (&str, &TagValue<'static>)> {
        self.tags.iter().map(|(key, value)| (key.as_ref(), value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_key_wins_at_its_first_place() {
        let process = Process::new("s").tag("a", 1).tag("b", 2).tag("a", 3);
        let tags: Vec<_> = process.tags().map(|(key, value)| (key, value.clone())).collect();
        assert_eq!(tags, [("a", TagValue::I64(3)), ("b", TagValue::I64(2))]);
    }
}
