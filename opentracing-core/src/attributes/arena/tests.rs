//! What was written is what is read, against a model: a list of pairs, and a list of lists.

use super::*;

/// Numbers that look random, and come again for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap()
    }

    /// One of few keys, so that some come twice; literals, and the same text made at run time.
    fn key(&mut self) -> Cow<'static, str> {
        const KEYS: [&str; 12] = [
            "a",
            "b",
            "key",
            "größe",
            "http.method",
            "http.status",
            "",
            "peer.address",
            "n",
            "c",
            "d",
            "error",
        ];
        let key = KEYS[self.below(KEYS.len())];
        if self.below(4) == 0 { Cow::Owned(key.to_owned()) } else { Cow::Borrowed(key) }
    }

    fn value(&mut self) -> TagValue<'static> {
        let len = self.below(20);
        match self.below(7) {
            0 => TagValue::Bool(self.below(2) == 0),
            1 => TagValue::I64(-42),
            2 => TagValue::U64(u64::MAX),
            3 => TagValue::F64(0.5),
            4 => TagValue::Str("ä€".repeat(len).into()),
            5 => TagValue::Str("text".repeat(len).into()),
            _ => TagValue::Bytes((0..len).map(|_| u8::try_from(self.below(256)).unwrap()).collect()),
        }
    }
}

type Pairs = Vec<(String, TagValue<'static>)>;

#[derive(Debug, Default, PartialEq)]
struct Model {
    tags: Pairs,
    logs: Vec<(Timestamp, Pairs)>,
}

impl Model {
    fn set(&mut self, key: &str, value: TagValue<'static>) {
        match self.tags.iter_mut().find(|(present, _)| present == key) {
            Some((_, present)) => *present = value,
            None => self.tags.push((key.to_owned(), value)),
        }
    }

    fn of(attributes: Attributes<'_>) -> Self {
        let owned = |(key, value): (&str, TagValue<'_>)| (key.to_owned(), value.into_owned());
        Self {
            tags: attributes.tags().map(owned).collect(),
            logs: attributes.logs().map(|log| (log.time(), log.fields().map(owned).collect())).collect(),
        }
    }
}

fn write(arena: &mut Arena, model: &mut Model, limits: &Limits, chance: &mut Chance) {
    if chance.below(4) > 0 {
        let (key, value) = (chance.key(), chance.value());
        arena.tag(key.clone(), &value, limits);
        return model.set(&key, value);
    }
    let pairs = (0..chance.below(5)).map(|_| (chance.key(), chance.value())).collect::<Vec<_>>();
    let (time, fields) =
        (Timestamp::now(), pairs.iter().map(|(key, value)| (key.to_string(), value.clone())).collect());
    let mut other = Arena::default();
    pairs.into_iter().for_each(|(key, value)| other.field(key, &value, limits));
    arena.log(time, &other, limits);
    model.logs.push((time, fields));
}

#[test]
fn what_was_written_is_what_is_read() {
    let mut arena = Arena::default();
    for seed in 1..=500 {
        let (mut chance, mut model) = (Chance(seed), Model::default());
        for _ in 0..chance.below(40) {
            write(&mut arena, &mut model, &Limits::NONE, &mut chance);
        }
        assert_eq!(Model::of(arena.view()), model, "seed {seed}");
        assert_eq!(arena.view().dropped(), 0);
        arena.clear();
        assert_eq!(Model::of(arena.view()), Model::default());
    }
}

#[test]
fn values_that_were_replaced_make_room_and_logs_stay_as_they_are() {
    let limits = Limits { tags_max: 12, ..Limits::NONE };
    for seed in 1..=500 {
        let (mut arena, mut model, mut chance) = (Arena::default(), Model::default(), Chance(seed));
        for _ in 0..chance.below(200) {
            write(&mut arena, &mut model, &limits, &mut chance);
        }
        // Twelve keys fit, as often as each is set; which of them is the first is forgotten with its first value.
        let mut read = Model::of(arena.view());
        for model in [&mut read, &mut model] {
            model.tags.sort_by(|a, b| a.0.cmp(&b.0));
        }
        assert_eq!(read, model, "seed {seed}");
        assert_eq!(arena.view().dropped(), 0);
    }
}

#[test]
fn what_is_over_a_limit_is_counted_and_the_rest_is_kept() {
    let limits = Limits {
        tags_max: 5,
        logs_max: 3,
        log_fields_max: 2,
        value_bytes_max: 7,
        text_bytes_max: 60,
        ..Limits::default()
    };
    for seed in 1..=500 {
        let (mut arena, mut model, mut chance) = (Arena::default(), Model::default(), Chance(seed));
        for _ in 0..chance.below(60) {
            if (arena.logs as usize) < limits.logs_max {
                write(&mut arena, &mut model, &limits, &mut chance);
            }
        }
        let read = Model::of(arena.view());
        assert!(read.tags.len() <= 5 && read.logs.len() <= 3 && arena.text.len() <= 60, "seed {seed}");
        assert!(read.logs.iter().all(|(_, fields)| fields.len() <= 2));
        let texts = read.tags.iter().filter_map(|(_, value)| value.as_str());
        assert!(texts.into_iter().all(|text| text.len() <= 7));
        let lost = model.tags.len() > read.tags.len() || model.logs.len() > read.logs.len();
        assert!(!lost || arena.view().dropped() > 0, "seed {seed}");
    }
}

#[test]
fn parts_that_do_not_belong_together_are_read_without_a_panic() {
    let mut chance = Chance(7);
    for _ in 0..200 {
        let (mut arena, mut model) = (Arena::default(), Model::default());
        (0..20).for_each(|_| write(&mut arena, &mut model, &Limits::NONE, &mut chance));
        let (entries, text) = arena.view().parts();
        let (skipped, cut) = (chance.below(entries.len()), chance.below(text.len() + 1));
        for text in [&text[..cut], &text[cut..], b"\xff", "ä".repeat(500).as_bytes()] {
            let other = Attributes::from_parts(&entries[skipped..], text, 0);
            assert!(other.tags().count() + other.logs().count() <= entries.len());
            other.logs().for_each(|log| assert!(log.fields().count() <= entries.len()));
        }
    }
}

#[test]
fn a_warm_arena_takes_no_memory_unless_it_has_become_large() {
    let (mut arena, value) = (Arena::default(), TagValue::from("somebody"));
    arena.tag_literal("user", &value, &Limits::NONE);
    let before = arena.entries.as_ptr();
    arena.clear();
    arena.tag_literal("user", &value, &Limits::NONE);
    assert_eq!(arena.entries.as_ptr(), before);
    (0..2000).for_each(|_| arena.tag_literal("user", &value, &Limits::NONE));
    arena.clear();
    assert_eq!((arena.entries.capacity(), arena.text.capacity()), (0, 0));
}
