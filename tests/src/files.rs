//! Tiny real files, made by hand: each is what a viewer of its kind shows. Where one takes a `note`, files with different
//! notes differ in their bytes and look the same.

mod film;
mod picture;
mod sound;

pub use film::{mp4, three_gp};
pub use picture::{animated_webp, gif, jpeg, png, webp};
pub use sound::{mp3, opus};

/// A PDF of one empty page with a title.
pub fn pdf(title: &str) -> Vec<u8> {
    let title: String = title.encode_utf16().map(|unit| format!("{unit:04x}")).collect();
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>".to_owned(),
        format!("<</Title<feff{title}>>>"),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut places = String::new();
    for (number, object) in (1..).zip(&objects) {
        places += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{number} 0 obj{object}endobj\n");
    }
    let (table, size) = (file.len(), objects.len() + 1);
    file += &format!("xref\n0 {size}\n0000000000 65535 f \n{places}");
    file += &format!("trailer<</Size {size}/Root 1 0 R/Info 4 0 R>>\nstartxref\n{table}\n%%EOF\n");
    file.into_bytes()
}
