//! Message ids as Meta makes them: `wamid.` and base64 of the customer's address and a random part.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// The id of a message that the customer wrote.
pub(crate) fn from_customer(address: &str) -> String {
    make(address, 0x12, 20)
}

/// The id of a message that goes to the customer.
pub(crate) fn to_customer(address: &str) -> String {
    make(address, 0x11, 18)
}

fn make(address: &str, direction: u8, random_length: usize) -> String {
    let random = Uuid::new_v4().simple().to_string().to_uppercase();
    let random = &random.as_bytes()[32 - random_length..];
    let address = &address.as_bytes()[..address.len().min(127)];
    let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap_or(u8::MAX);
    let mut id = vec![0x1c, 0x18, length(address)];
    id.extend(address);
    id.extend([0x15, 0x02, 0x00, direction, 0x18, length(random)]);
    id.extend(random);
    id.push(0);
    format!("wamid.{}", STANDARD.encode(id))
}
