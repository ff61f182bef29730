//! Meta's limits on what is sent.

/// Characters of a text message as it goes out, with its marks (Meta, "text messages").
pub const TEXT_CHARS: usize = 4_096;
