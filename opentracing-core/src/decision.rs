//! What was decided about a trace where it enters this process.

use crate::tag::TagValue;

/// What a recorder decided about a local root.
///
/// # Examples
/// ```
/// use opentracing_core::Decision;
///
/// let decision = Decision::record().debug().tag("sampler.type", "const");
/// assert!(decision.is_sampled() && decision.is_debug());
/// assert_eq!(decision.tags().len(), 1);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct Decision {
    pub(crate) sampled: bool,
    pub(crate) debug: bool,
    pub(crate) tags: RootTags,
}

impl Decision {
    /// The trace is kept.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::Decision::record().is_sampled());
    /// ```
    #[inline]
    pub fn record() -> Self {
        Self { sampled: true, debug: false, tags: RootTags::None }
    }

    /// The trace is not kept: its spans carry ids and baggage, and say so to other processes.
    ///
    /// # Examples
    /// ```
    /// assert!(!opentracing_core::Decision::drop().is_sampled());
    /// ```
    #[inline]
    pub fn drop() -> Self {
        Self { sampled: false, ..Self::record() }
    }

    /// Keeps or drops.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::Decision;
    ///
    /// assert_eq!(Decision::sampled(true), Decision::record());
    /// assert_eq!(Decision::sampled(false), Decision::drop());
    /// ```
    #[inline]
    pub fn sampled(sampled: bool) -> Self {
        if sampled { Self::record() } else { Self::drop() }
    }

    /// Sets the debug flag, which asks every later stage to keep the trace.
    ///
    /// # Examples
    /// ```
    /// assert!(opentracing_core::Decision::record().debug().is_debug());
    /// ```
    #[inline]
    pub fn debug(mut self) -> Self {
        self.debug = true;
        self
    }

    /// Adds a tag to the root, for instance the sampler's name.
    ///
    /// # Examples
    /// ```
    /// let decision = opentracing_core::Decision::record().tag("sampler.param", 0.5);
    /// assert_eq!(decision.tags()[0].0, "sampler.param");
    /// ```
    #[inline]
    pub fn tag(mut self, key: &'static str, value: impl Into<TagValue<'static>>) -> Self {
        self.tags = self.tags.with((key, value.into()));
        self
    }

    /// Whether the trace is kept.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::Decision;
    ///
    /// assert!(Decision::record().is_sampled());
    /// assert!(!Decision::drop().is_sampled());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }

    /// Whether the debug flag is set.
    ///
    /// # Examples
    /// ```
    /// use opentracing_core::Decision;
    ///
    /// assert!(!Decision::record().is_debug());
    /// assert!(Decision::record().debug().is_debug());
    /// ```
    #[must_use]
    #[inline]
    pub fn is_debug(&self) -> bool {
        self.debug
    }

    /// The tags of the root.
    ///
    /// # Examples
    /// ```
    /// let decision = opentracing_core::Decision::record().tag("sampler.type", "const");
    /// assert_eq!(decision.tags()[0].1, "const");
    /// ```
    #[must_use]
    #[inline]
    pub fn tags(&self) -> &[(&'static str, TagValue<'static>)] {
        self.tags.as_slice()
    }
}

type Tag = (&'static str, TagValue<'static>);

/// The tags of a root. Samplers give two, which take no memory of their own.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum RootTags {
    None,
    One([Tag; 1]),
    Two([Tag; 2]),
    /// Three or more.
    Many(Vec<Tag>),
}

impl RootTags {
    #[inline]
    fn with(self, tag: Tag) -> Self {
        match self {
            Self::None => Self::One([tag]),
            Self::One([first]) => Self::Two([first, tag]),
            Self::Two([first, second]) => Self::Many(vec![first, second, tag]),
            Self::Many(mut tags) => {
                tags.push(tag);
                Self::Many(tags)
            }
        }
    }

    #[inline]
    pub(crate) fn as_slice(&self) -> &[Tag] {
        match self {
            Self::None => &[],
            Self::One(tags) => tags,
            Self::Two(tags) => tags,
            Self::Many(tags) => tags,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_come_in_the_order_they_were_given_however_many_there_are() {
        const KEYS: [&str; 5] = ["a", "b", "c", "d", "e"];
        let mut decision = Decision::record();
        for (count, key) in KEYS.into_iter().enumerate() {
            assert!(decision.tags().iter().map(|(key, _)| *key).eq(KEYS[..count].iter().copied()));
            decision = decision.tag(key, count);
        }
        assert_eq!(decision.tags()[4], ("e", TagValue::U64(4)));
    }
}
