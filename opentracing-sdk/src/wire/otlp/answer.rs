//! What an OTLP server answers, as much of it as is of interest. Servers send what they like: a garbled answer is
//! none, never an error.

use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

/// What a server says that took a request, if not all is well.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PartialSuccess {
    /// How many spans it refused.
    pub(crate) rejected_spans: u64,
    /// Why, or what else it wants to be known.
    pub(crate) message: String,
}

/// Reads an `ExportTraceServiceResponse`.
pub(crate) fn partial_success(response: &[u8]) -> PartialSuccess {
    let field =
        |message, tag| fields(message)?.into_iter().rfind(|(found, _)| *found == tag).map(|(_, field)| field);
    let Some(Field::Bytes(partial)) = field(response, 1) else { return PartialSuccess::default() };
    let rejected = match field(partial, 1) {
        // It is an int64: one that is negative says nothing.
        Some(Field::Number(count)) => i64::try_from(count).map_or(0, |_| count),
        _ => 0,
    };
    let message = match field(partial, 2) {
        Some(Field::Bytes(text)) => String::from_utf8_lossy(text).into_owned(),
        _ => String::new(),
    };
    PartialSuccess { rejected_spans: rejected, message }
}

/// Reads the message of a `google.rpc.Status`, which servers send when they fail.
pub(crate) fn status_message(response: &[u8]) -> Option<String> {
    fields(response)?.into_iter().find_map(|field| match field {
        (2, Field::Bytes(text)) => Some(String::from_utf8_lossy(text).into_owned()),
        _ => None,
    })
}

#[derive(Debug, Clone, Copy)]
enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

/// The fields of a message; `None` where it is none.
fn fields(mut message: &[u8]) -> Option<Vec<(u32, Field<'_>)>> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let (tag, wire_type) = decode_key(&mut message).ok()?;
        let field = match wire_type {
            WireType::Varint => Field::Number(decode_varint(&mut message).ok()?),
            WireType::LengthDelimited => {
                let len = usize::try_from(decode_varint(&mut message).ok()?).ok()?;
                let (bytes, rest) = message.split_at_checked(len)?;
                message = rest;
                Field::Bytes(bytes)
            }
            _ => {
                skip_field(wire_type, tag, &mut message, DecodeContext::default()).ok()?;
                Field::Other
            }
        };
        fields.push((tag, field));
    }
    Some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_spans_and_their_reason_are_read() {
        // partial_success { rejected_spans: 2, error_message: "old" }, and a field that nobody knows yet.
        let partial = partial_success(b"\x0a\x07\x08\x02\x12\x03old\x4d\x01\x02\x03\x04");
        assert_eq!(partial, PartialSuccess { rejected_spans: 2, message: "old".to_owned() });
    }

    #[test]
    fn an_answer_that_says_nothing_or_is_garbled_refuses_nothing() {
        let huge = b"\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
        for answer in [&b""[..], b"{}", b"<html>", b"\x0a\x7f", b"\x0a\x00", b"\x08\x05", b"\xff\xff", huge] {
            assert_eq!(partial_success(answer), PartialSuccess::default(), "{answer:?}");
        }
    }

    #[test]
    fn the_message_of_a_status_is_read() {
        assert_eq!(status_message(b"\x08\x03\x12\x03bad").as_deref(), Some("bad"));
        for answer in [&b""[..], b"<html>", b"\x08\x03"] {
            assert_eq!(status_message(answer), None, "{answer:?}");
        }
    }
}
