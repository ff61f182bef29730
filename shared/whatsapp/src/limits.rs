//! Meta's limits on what is sent.

/// Characters of a text message (Meta, "text messages").
pub const TEXT_CHARS: usize = 4_096;
