//! `/v1/library`

use axum::extract::State;
use domain::LibraryItemId;
use helpdesk::{NewLibraryBody, NewLibraryItem};
use http::StatusCode;
use rest::{Caller, Id, Json, List, Paging};
use serde::Deserialize;
use storage::LibraryCursor;
use utoipa::ToSchema;

use crate::Helpdesk;
use crate::refusal::{self, Refusal};
use crate::shape::{LibraryItem, LibraryKind};

/// Something to be kept: give either `upload_id` or `text`.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewItem {
    kind: LibraryKind,
    /// 1 to 120 characters.
    #[schema(example = "Price list 2027")]
    title: String,
    /// A file that was uploaded.
    upload_id: Option<String>,
    /// 1 to 4,096 characters: a snippet, or a link with the words around it.
    text: Option<String>,
}

/// Lists what is kept for replies.
#[utoipa::path(
    get, path = "/v1/library", operation_id = "list_library", tag = "library",
    params(Paging<LibraryCursor>),
    responses(
        (status = 200, description = "A page of it, the oldest first.", body = List<LibraryItem>),
        (status = 400, description = "`query_invalid` or `cursor_invalid`."),
    )
)]
pub(crate) async fn list(
    State(desk): State<Helpdesk>,
    caller: Caller,
    page: Paging<LibraryCursor>,
) -> Result<Json<List<LibraryItem>>, Refusal> {
    let found = desk.of(&caller).library(page.limit, page.after.as_ref()).await?;
    Ok(Json(List::new(found.data.into_iter().map(LibraryItem::from), found.next)))
}

/// Keeps something for replies: a document, a snippet, a meeting link, an article, a price quote or a video.
///
/// In a message it is an attachment by its `library_id`. A file is looked at first and stays although its upload expires.
#[utoipa::path(
    post, path = "/v1/library", operation_id = "create_library_item", tag = "library",
    request_body = NewItem,
    responses(
        (status = 201, description = "What is kept.", body = LibraryItem),
        (status = 422, description = "`library_item_invalid`, `text_empty`, `text_too_long`, `no_such_upload`, \
                                      `upload_expired`, `upload_missing`, `media_not_allowed` or `body_invalid`."),
        (status = 503, description = "`busy`."),
    )
)]
pub(crate) async fn create(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Json(asked): Json<NewItem>,
) -> Result<(StatusCode, Json<LibraryItem>), Refusal> {
    let body = match (asked.upload_id, asked.text) {
        (Some(id), None) => NewLibraryBody::File(id.parse().map_err(|_| refusal::no_such_upload(&id))?),
        (None, Some(text)) => NewLibraryBody::Text(text),
        _ => return Err(refusal::library_item_invalid().into()),
    };
    let new = NewLibraryItem { kind: asked.kind.into(), title: asked.title, body, author: caller.user().clone() };
    let kept = helpdesk::keep_in_library(&desk.of(&caller), &desk.objects, new, desk.now()).await?;
    Ok((StatusCode::CREATED, Json(kept.into())))
}

/// Shows one of the things that are kept.
#[utoipa::path(
    get, path = "/v1/library/{id}", operation_id = "show_library_item", tag = "library",
    params(("id" = String, Path, description = "What is kept.")),
    responses((status = 200, description = "What is kept.", body = LibraryItem)),
)]
pub(crate) async fn show(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<LibraryItemId>,
) -> Result<Json<LibraryItem>, Refusal> {
    let item = desk.of(&caller).library_item(id).await?.ok_or_else(Refusal::not_found)?;
    Ok(Json(item.into()))
}

/// Keeps it no longer. Messages that were sent with it stay as they are.
#[utoipa::path(
    delete, path = "/v1/library/{id}", operation_id = "delete_library_item", tag = "library",
    params(("id" = String, Path, description = "What is kept.")),
    responses((status = 204, description = "It is not there any more.")),
)]
pub(crate) async fn delete(
    State(desk): State<Helpdesk>,
    caller: Caller,
    Id(id): Id<LibraryItemId>,
) -> Result<StatusCode, Refusal> {
    desk.of(&caller).delete_library_item(id).await?;
    Ok(StatusCode::NO_CONTENT)
}
