//! Reads protobuf without a schema: enough to look at what an encoder wrote, and none of the code that wrote it.

/// A message: its fields in order, by number.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message(Vec<(u64, Field)>);

#[derive(Debug, Clone, PartialEq)]
enum Field {
    Varint(u64),
    Fixed64(u64),
    Fixed32(u32),
    Bytes(Vec<u8>),
}

impl Message {
    /// Reads all bytes as one message.
    pub(crate) fn read(mut bytes: &[u8]) -> Self {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let field = match key & 7 {
                0 => Field::Varint(varint(&mut bytes)),
                1 => Field::Fixed64(u64::from_le_bytes(take(&mut bytes, 8).try_into().unwrap())),
                2 => {
                    let length = varint(&mut bytes);
                    Field::Bytes(take(&mut bytes, usize::try_from(length).unwrap()).to_vec())
                }
                5 => Field::Fixed32(u32::from_le_bytes(take(&mut bytes, 4).try_into().unwrap())),
                other => panic!("wire type {other}"),
            };
            fields.push((key >> 3, field));
        }
        Self(fields)
    }

    /// The numbers of the fields that are there.
    pub(crate) fn numbers(&self) -> Vec<u64> {
        self.0.iter().map(|(number, _)| *number).collect()
    }

    /// The messages of a repeated field.
    pub(crate) fn all(&self, number: u64) -> Vec<Message> {
        let bytes = |field: &Field| match field {
            Field::Bytes(bytes) => Self::read(bytes),
            other => panic!("field {number} is {other:?}"),
        };
        self.0.iter().filter(|(found, _)| *found == number).map(|(_, field)| bytes(field)).collect()
    }

    /// The message of a field that is there once.
    pub(crate) fn message(&self, number: u64) -> Message {
        Self::read(&self.bytes(number))
    }

    pub(crate) fn bytes(&self, number: u64) -> Vec<u8> {
        match self.one(number) {
            Some(Field::Bytes(bytes)) => bytes,
            other => panic!("field {number} is {other:?}"),
        }
    }

    pub(crate) fn text(&self, number: u64) -> String {
        String::from_utf8(self.bytes(number)).unwrap()
    }

    pub(crate) fn varint(&self, number: u64) -> Option<u64> {
        self.one(number).map(|field| match field {
            Field::Varint(value) => value,
            other => panic!("field {number} is {other:?}"),
        })
    }

    pub(crate) fn fixed64(&self, number: u64) -> u64 {
        match self.one(number) {
            Some(Field::Fixed64(value)) => value,
            other => panic!("field {number} is {other:?}"),
        }
    }

    pub(crate) fn fixed32(&self, number: u64) -> u32 {
        match self.one(number) {
            Some(Field::Fixed32(value)) => value,
            other => panic!("field {number} is {other:?}"),
        }
    }

    fn one(&self, number: u64) -> Option<Field> {
        let mut found = self.0.iter().filter(|(field, _)| *field == number);
        let field = found.next().map(|(_, field)| field.clone());
        assert!(found.next().is_none(), "field {number} comes more than once");
        field
    }
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..).step_by(7) {
        let byte = take(bytes, 1)[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            assert!(shift == 0 || byte != 0, "a length or number is longer than it has to be");
            break;
        }
    }
    value
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(count);
    *bytes = rest;
    taken
}
