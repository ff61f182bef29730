//! Files that are made while they are read: any size, no room.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rusqlite::{Connection, OptionalExtension, params};
use serde::Deserialize;
use serde_json::Value;

/// A file that follows from a few numbers, always with the same bytes.
#[derive(Clone, Debug)]
pub(crate) struct Generated {
    size: u64,
    seed: i64,
    /// Its first bytes, by which its kind is known.
    head: Vec<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    size: u64,
    #[serde(default)]
    seed: i64,
    #[serde(default)]
    head_base64: String,
}

const PIECE: u64 = 64 * 1024;

impl Generated {
    pub(super) fn read(given: &Value) -> Option<Self> {
        let Given { size, seed, head_base64 } = Given::deserialize(given).ok()?;
        let head = STANDARD.decode(head_base64).ok()?;
        (head.len() as u64 <= PIECE.min(size)).then_some(Self { size, seed, head })
    }

    pub(super) fn keep(&self, db: &Connection, media_id: &str) -> rusqlite::Result<()> {
        let row = params![media_id, self.size, self.seed, self.head];
        db.execute("INSERT INTO generated_media (media_id, size, seed, head) VALUES (?, ?, ?, ?)", row).map(drop)
    }

    pub(super) fn find(db: &Connection, media_id: &str) -> rusqlite::Result<Option<Self>> {
        db.query_row("SELECT * FROM generated_media WHERE media_id = ?", [media_id], |row| {
            Ok(Self { size: row.get("size")?, seed: row.get("seed")?, head: row.get("head")? })
        })
        .optional()
    }

    /// Its bytes, one piece after the other.
    pub(crate) fn pieces(&self) -> impl Iterator<Item = Vec<u8>> + Send + use<> {
        let this = self.clone();
        (0..self.size.div_ceil(PIECE)).map(move |number| this.piece(number))
    }

    fn piece(&self, number: u64) -> Vec<u8> {
        let length = PIECE.min(self.size - number * PIECE);
        let mut state = self.seed.cast_unsigned() ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut bytes: Vec<u8> = (0..length.div_ceil(8)).flat_map(|_| scrambled(&mut state).to_le_bytes()).collect();
        bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        if number == 0 {
            bytes[..self.head.len()].copy_from_slice(&self.head);
        }
        bytes
    }
}

/// The next of a long sequence without a pattern (SplitMix64).
fn scrambled(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn bytes(given: &Value) -> Vec<u8> {
        Generated::read(given).unwrap().pieces().flatten().collect()
    }

    #[test]
    fn a_file_has_its_size_its_head_and_always_the_same_bytes() {
        let given = json!({"size": 200_003, "seed": 1, "head_base64": STANDARD.encode("%PDF")});
        let file = bytes(&given);
        assert_eq!((file.len(), &file[..4]), (200_003, &b"%PDF"[..]));
        assert_eq!(file, bytes(&given));
        assert_ne!(file[4..], bytes(&json!({"size": 200_003, "seed": 2}))[4..]);
        assert_ne!(file[..100], file[65_536..65_636]);
    }

    #[test]
    fn what_makes_no_file_is_refused() {
        for given in [
            json!(5),
            json!({}),
            json!({"size": -1}),
            json!({"size": 2, "head_base64": "AAAA"}),
            json!({"size": 1, "sead": 1}),
        ] {
            assert!(Generated::read(&given).is_none(), "{given}");
        }
    }
}
