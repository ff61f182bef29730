//! `POST /{version}/{phone_number_id}/media` takes a file, `DELETE /{version}/{media_id}` forgets it.

use axum::Json;
use axum::extract::multipart::Field;
use axum::extract::{Multipart, Path, State};
use axum::http::HeaderMap;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::access;
use super::error::MetaError;
use crate::media::new_id;
use crate::simulator::Simulator;
use crate::uploads::{self, Upload};

/// What can be uploaded, and how large (Meta, "media": supported types).
const TYPES: [(&str, u64); 18] = [
    ("audio/aac", 16 << 20),
    ("audio/mp4", 16 << 20),
    ("audio/mpeg", 16 << 20),
    ("audio/amr", 16 << 20),
    ("audio/ogg", 16 << 20),
    ("application/vnd.ms-powerpoint", 100 << 20),
    ("application/msword", 100 << 20),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", 100 << 20),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", 100 << 20),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", 100 << 20),
    ("application/pdf", 100 << 20),
    ("text/plain", 100 << 20),
    ("application/vnd.ms-excel", 100 << 20),
    ("image/jpeg", 5 << 20),
    ("image/png", 5 << 20),
    ("image/webp", 500 << 10),
    ("video/mp4", 16 << 20),
    ("video/3gpp", 16 << 20),
];

pub(super) async fn create(
    State(simulator): State<Simulator>,
    Path((_, phone_number_id)): Path<(String, String)>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<Json<Value>, MetaError> {
    access::number(&simulator.shared().store.lock(), &headers, &phone_number_id)?;
    let (mut product, mut file) = (None, None);
    while let Some(field) = form.next_field().await.map_err(|_| MetaError::of_code(100))? {
        match field.name() {
            Some("messaging_product") => product = field.text().await.ok(),
            Some("file") => file = Some(read(field, &phone_number_id).await?),
            _ => {}
        }
    }
    if product.as_deref() != Some("whatsapp") {
        return Err(MetaError::parameter("The parameter messaging_product is required."));
    }
    let upload = file.ok_or_else(|| MetaError::parameter("The parameter file is required."))?;
    check(&upload)?;
    let shared = simulator.shared();
    uploads::insert(&shared.store.lock(), &upload, shared.now())?;
    Ok(Json(json!({ "id": upload.id })))
}

pub(super) async fn delete(
    State(simulator): State<Simulator>,
    Path((_, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Json<Value>, MetaError> {
    let shared = simulator.shared();
    let db = shared.store.lock();
    let upload = uploads::find(&db, &id, shared.now())?.ok_or_else(|| MetaError::unknown_object(&id))?;
    access::number(&db, &headers, &upload.phone_number_id)?;
    uploads::delete(&db, &id)?;
    Ok(Json(json!({ "success": true })))
}

async fn read(mut field: Field<'_>, phone_number_id: &str) -> Result<Upload, MetaError> {
    let mime_type = field.content_type().unwrap_or_default().to_owned();
    let filename = field.file_name().map(str::to_owned);
    let (mut digest, mut size) = (Sha256::new(), 0);
    while let Some(bytes) = field.chunk().await.map_err(|_| MetaError::of_code(100))? {
        size += bytes.len() as u64;
        digest.update(&bytes);
    }
    let (id, sha256, phone_number_id) = (new_id(), hex::encode(digest.finalize()), phone_number_id.to_owned());
    Ok(Upload { id, phone_number_id, mime_type, filename, sha256, size })
}

fn check(upload: &Upload) -> Result<(), MetaError> {
    let name = upload.mime_type.split(';').next().unwrap_or_default().trim();
    let Some((_, most)) = TYPES.iter().find(|(mime_type, _)| *mime_type == name) else {
        let types = TYPES.map(|(mime_type, _)| mime_type).join(", ");
        return Err(MetaError::parameter(format!(
            "Param file must be a file with one of the following types: {types}. Received file of type '{name}'."
        )));
    };
    if upload.size == 0 || upload.size > *most {
        let details = format!("The file has {} bytes; a file of type {name} has 1 to {most}.", upload.size);
        return Err(MetaError::of_code(131_053).detailed(details));
    }
    Ok(())
}
