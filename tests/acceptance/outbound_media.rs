//! Each kind of file goes out as itself, and what WhatsApp does not take is refused before anything is sent.

use acceptance::{Agent, Thread, World, eventually, files};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{fresh_world, shared_world};

/// Uploads a picture that no other test has.
async fn picture(agent: &Agent, note: &str) -> String {
    agent.uploads(&format!("{note}.jpg"), "image/jpeg", files::jpeg(8, 8, note)).await
}

async fn statuses(world: &World, thread: &Thread) -> Vec<String> {
    let messages = world.agent().messages(thread).await;
    let ours = messages.iter().filter(|message| message["direction"] == "outgoing");
    ours.map(|message| message["status"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn each_kind_of_file_reaches_the_phone_as_itself() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("show me everything").await;
    let kinds: [(&str, &str, &str, Vec<u8>); 10] = [
        ("image", "a.jpg", "image/jpeg", files::jpeg(8, 8, "each kind")),
        ("image", "a.png", "image/png", files::png(8, 8, "each kind")),
        ("video", "a.mp4", "video/mp4", files::mp4("each kind")),
        ("video", "a.3gp", "video/3gpp", files::three_gp("each kind")),
        ("audio", "a.mp3", "audio/mpeg", files::mp3()),
        ("audio", "a.ogg", "audio/ogg", files::opus(1, "each kind")),
        ("document", "Ärger.pdf", "application/pdf", files::pdf("each kind")),
        ("document", "a.txt", "text/plain", b"each kind".to_vec()),
        ("sticker", "a.webp", "image/webp", files::webp(512, 512)),
        ("sticker", "b.webp", "image/webp", files::animated_webp(512, 512)),
    ];
    let mut uploads = Vec::new();
    for (_, name, mime_type, bytes) in &kinds {
        uploads.push(world.agent().uploads(name, mime_type, bytes.clone()).await);
    }

    let accepted = world.agent().sends_files(&thread, None, &uploads).await.expecting(202);
    world.settles().await;

    let types: Vec<&str> = accepted.data().iter().filter_map(|message| message["type"].as_str()).collect();
    assert_eq!(types, kinds.each_ref().map(|(kind, ..)| *kind));
    let got = world.phone_of("Ada").got().await;
    assert_eq!(got.len(), kinds.len(), "{got:#?}");
    for (message, (kind, name, mime_type, bytes)) in got.iter().zip(&kinds) {
        assert_eq!((&message["type"], &message["status"]), (&json!(kind), &json!("read")));
        assert_eq!(message["file"]["mime_type"], *mime_type);
        assert_eq!(message["file"]["size"], bytes.len());
        let shown = message["message"][kind]["filename"].as_str();
        assert_eq!(shown, Some(*name).filter(|_| *kind == "document"));
    }
    assert!(statuses(&world, &thread).await.iter().all(|status| status == "read"));
}

#[tokio::test]
async fn a_voice_note_is_one_and_only_what_can_be_one_is() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("call me").await;
    let agent = world.agent();
    let note = agent.uploads("note.ogg", "audio/ogg", files::opus(1, "a voice")).await;
    let song = agent.uploads("song.mp3", "audio/mpeg", files::mp3()).await;

    let voice = |id: &str| json!({ "attachments": [{ "upload_id": id, "voice": true }] });
    let accepted = agent.sends(&thread, voice(&note)).await.expecting(202);
    let refused = agent.sends(&thread, voice(&song)).await;
    world.settles().await;

    assert_eq!(accepted.data()[0]["type"], "voice");
    assert_eq!((refused.code(), &refused.body["rule"]), ("media_not_allowed", &json!("voice")));
    let got = world.phone_of("Ada").got().await;
    assert_eq!((got.len(), &got[0]["message"]["audio"]["voice"]), (1, &json!(true)));
}

#[tokio::test]
async fn six_attachments_are_six_messages_in_order_with_the_caption_once() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("pictures, please").await;
    let mut uploads = Vec::new();
    for n in 0..6 {
        uploads.push(picture(&world.agent(), &format!("album {n}")).await);
    }
    let question = world.agent().messages(&thread).await.remove(0);

    let attachments: Vec<Value> = uploads.iter().map(|id| json!({ "upload_id": id })).collect();
    let album = json!({ "text": "our six", "attachments": attachments, "reply_to": question["id"] });
    let accepted = world.agent().sends(&thread, album).await.expecting(202);
    world.settles().await;

    assert_eq!(accepted.data().len(), 6);
    assert!(accepted.data().iter().all(|message| message["status"] == "queued"));
    let got = world.phone_of("Ada").got().await;
    let names: Vec<&str> = got.iter().filter_map(|message| message["file"]["filename"].as_str()).collect();
    assert_eq!(names, [0, 1, 2, 3, 4, 5].map(|n| format!("album {n}.jpg")));
    let captions: Vec<&Value> = got.iter().map(|message| &message["message"]["image"]["caption"]).collect();
    assert_eq!(captions[0], "our six");
    assert!(captions[1..].iter().all(|caption| caption.is_null()), "{captions:?}");
    let quotes = got.iter().filter(|message| message.get("context").is_some()).count();
    assert_eq!((quotes, statuses(&world, &thread).await), (1, vec!["read".to_owned(); 6]));
}

#[tokio::test]
async fn where_no_caption_fits_the_words_go_before_the_file() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("what was that song?").await;
    let song = world.agent().uploads("song.ogg", "audio/ogg", files::opus(1, "a song")).await;
    let photo = picture(&world.agent(), "no caption fits").await;

    world.agent().sends_files(&thread, Some("this one"), &[song]).await.expecting(202);
    let captioned = |id: &str, caption: &str| json!({ "upload_id": id, "caption": caption });
    let both = json!({ "text": "words", "attachments": [captioned(&photo, "and a caption")] });
    world.agent().sends(&thread, both).await.expecting(202);
    world.settles().await;

    let got = world.phone_of("Ada").got().await;
    let shown: Vec<(&str, Option<&str>)> =
        got.iter().map(|message| (message["type"].as_str().unwrap(), message["text"].as_str())).collect();
    let expected =
        [("text", Some("this one")), ("audio", None), ("text", Some("words")), ("image", Some("and a caption"))];
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_gif_is_refused_with_what_would_work_whatever_it_is_called() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;

    let announced = world.agent().announces("a.gif", "image/gif", 30).await;
    let disguised = world.agent().uploads("a.png", "image/png", files::gif()).await;
    let refused = world.agent().sends_files(&thread, None, &[disguised]).await;

    for answer in [announced, refused] {
        assert_eq!((answer.status, answer.code()), (422, "media_not_allowed"), "{answer:?}");
        assert!(answer.body["advice"].as_str().unwrap().contains("video/mp4"), "{answer:?}");
    }
}

#[tokio::test]
async fn one_file_that_does_not_fit_and_nothing_of_the_reply_is_accepted() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let agent = world.agent();
    let fine = picture(&agent, "all or nothing").await;
    for (rule, name, mime_type, bytes) in [
        ("channels", "stereo.ogg", "audio/ogg", files::opus(2, "stereo")),
        ("dimensions", "small.webp", "image/webp", files::webp(100, 100)),
        ("content", "text.pdf", "application/pdf", b"hello".to_vec()),
        ("content", "film.mp4", "video/mp4", files::three_gp("not an mp4")),
    ] {
        let wrong = agent.uploads(name, mime_type, bytes).await;

        let refused = agent.sends_files(&thread, Some("look"), &[fine.clone(), wrong.clone()]).await;

        assert_eq!((refused.status, refused.code()), (422, "media_not_allowed"), "{refused:?}");
        assert_eq!((&refused.body["rule"], &refused.body["file"]), (&json!(rule), &json!(wrong)));
    }
    world.settles().await;

    assert_eq!(agent.reads(&thread).await, ["hello"]);
    assert!(world.graph_requests_to("Ada").await.is_empty());
}

#[tokio::test]
async fn an_upload_takes_exactly_what_was_announced_and_once() {
    let world = shared_world().await;
    let (agent, bytes) = (world.agent(), files::png(8, 8, "exactly"));
    let announced = agent.announces("a.png", "image/png", bytes.len()).await.expecting(201).body;
    assert_eq!((&announced["kind"], announced["expires_at"].is_string()), (&json!("image"), true));
    let mut as_gif = announced.clone();
    as_gif["headers"]["content-type"] = json!("image/gif");

    let longer = agent.puts(&announced, [&bytes[..], b"!"].concat()).await;
    let other_type = agent.puts(&as_gif, bytes.clone()).await;
    let first = agent.puts(&announced, bytes.clone()).await;
    let second = agent.puts(&announced, bytes).await;

    assert_eq!([longer, other_type], [StatusCode::FORBIDDEN; 2]);
    assert_eq!([first, second], [StatusCode::OK, StatusCode::PRECONDITION_FAILED]);
}

#[tokio::test]
async fn what_never_came_or_is_another_tenants_cannot_be_sent() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let announced = world.agent().announces("a.png", "image/png", 100).await.expecting(201);
    let theirs = picture(&world.agent_of(1), "theirs").await;

    for (id, code) in [(announced.id(), "upload_missing"), (&theirs, "no_such_upload")] {
        let refused = world.agent().sends_files(&thread, None, &[id.to_owned()]).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{refused:?}");
    }
}

#[tokio::test]
async fn after_a_day_an_upload_is_over_and_what_was_sent_or_kept_with_it_is_not() {
    let world = fresh_world().await;
    let agent = world.agent();
    let upload = picture(&agent, "a day").await;
    let kept = json!({ "kind": "document", "title": "A picture", "upload_id": upload });
    let kept = agent.post("/v1/library", kept).await.expecting(201);
    world.clock().advance("PT25H").await;
    let thread = world.customer("Ada").writes("hello").await;

    let refused = agent.sends_files(&thread, None, &[upload]).await;
    agent.sends(&thread, json!({ "attachments": [{ "library_id": kept.id() }] })).await.expecting(202);
    world.settles().await;

    assert_eq!((refused.status, refused.code()), (422, "upload_expired"));
    assert_eq!(world.phone_of("Ada").received().await.len(), 1);
}

#[tokio::test]
async fn the_same_key_is_the_same_album() {
    let world = shared_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let (one, two) = (picture(&world.agent(), "key one").await, picture(&world.agent(), "key two").await);
    let key = uuid::Uuid::new_v4().to_string();
    let sends = async |ids: [&str; 2]| {
        let body = json!({ "attachments": ids.map(|id| json!({ "upload_id": id })) });
        let path = format!("/v1/threads/{}/messages", thread.id);
        let headers = [("idempotency-key", key.as_str())];
        world.agent().tries(reqwest::Method::POST, &path, Some(body), &headers).await.unwrap()
    };

    let first = sends([&one, &two]).await.expecting(202);
    let again = sends([&one, &two]).await.expecting(202);
    let other = sends([&two, &one]).await;
    world.settles().await;

    let ids = |answer: &acceptance::Answer| -> Vec<Value> {
        answer.data().iter().map(|message| message["id"].clone()).collect()
    };
    assert_eq!((ids(&first), first.data().len()), (ids(&again), 2));
    assert_eq!((other.status, other.code()), (422, "idempotency_key_reused"));
    assert_eq!(world.phone_of("Ada").received().await.len(), 2);
}

#[tokio::test]
async fn the_same_file_is_given_to_meta_once_a_number() {
    let world = fresh_world().await;
    let ada = world.customer("Ada").writes("hello").await;
    let grace = world.customer("Grace").writes("hello").await;
    let elsewhere = world.customer("Ada").writing_to(0, 1).writes("hello").await;
    let agent = world.agent();
    let (first, second) = (picture(&agent, "the same").await, picture(&agent, "the same").await);

    for (thread, upload, uploads) in
        [(&ada, &first, 1), (&ada, &first, 1), (&grace, &second, 1), (&elsewhere, &first, 2)]
    {
        agent.sends_files(thread, None, std::slice::from_ref(upload)).await.expecting(202);
        world.settles().await;
        assert_eq!(world.uploads_to_graph().await, uploads);
    }

    assert_eq!(world.phone_of("Ada").received().await.len(), 3);
    assert_eq!(world.phone_of("Grace").received().await.len(), 1);
}

#[tokio::test]
async fn a_file_that_meta_no_longer_knows_is_given_again() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let upload = picture(&world.agent(), "forgotten").await;
    world.agent().sends_files(&thread, None, std::slice::from_ref(&upload)).await.expecting(202);
    world.settles().await;
    let media_id = world.phone_of("Ada").got().await[0]["message"]["image"]["id"].as_str().unwrap().to_owned();
    world.meta_forgets(&media_id).await;

    world.agent().sends_files(&thread, None, &[upload]).await.expecting(202);
    world.settles().await;

    assert_eq!((world.uploads_to_graph().await, world.phone_of("Ada").received().await.len()), (2, 2));
    assert_eq!(statuses(&world, &thread).await, ["read", "read"]);
}

#[tokio::test]
async fn an_upload_that_fails_leaves_nothing_in_doubt_and_the_message_goes_later() {
    let world = fresh_world().await;
    for (n, fault) in
        [json!("drop_before"), json!("drop_after"), json!({ "status": 503, "code": 2 })].iter().enumerate()
    {
        let name = format!("Ada {n}");
        let thread = world.customer(&name).writes("hello").await;
        let upload = picture(&world.agent(), &name).await;
        world.fault_of_files(1, fault.clone()).await;

        world.agent().sends_files(&thread, None, &[upload]).await.expecting(202);
        world.settles().await;
        assert_eq!(statuses(&world, &thread).await, ["queued"], "{fault}");
        world.clock().advance("PT5M").await;

        assert_eq!(statuses(&world, &thread).await, ["read"], "{fault}");
        assert_eq!(world.phone_of(&name).received().await.len(), 1);
    }
}

#[tokio::test]
async fn a_file_that_meta_refuses_fails_its_message_visibly_and_lets_the_next_one_go() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let upload = picture(&world.agent(), "refused").await;
    world.fault_of_files(1, json!({ "code": 131_053 })).await;

    let accepted = world.agent().sends_files(&thread, None, &[upload]).await.expecting(202);
    world.agent().replies_to(&thread, "did you get it?").await.expecting(202);
    world.settles().await;

    let failed = world.agent().message(&thread, accepted.id()).await;
    assert_eq!((&failed["status"], &failed["failure"]["code"]), (&json!("failed"), &json!("131053")));
    assert_eq!(world.phone_of("Ada").received().await, ["did you get it?"]);
}

#[tokio::test]
async fn a_sender_that_is_killed_with_a_file_on_its_way_sends_the_message_once() {
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("hello").await;
    let upload = picture(&world.agent(), "killed").await;
    world.fault_of_files(1, json!({ "delay_ms": 3_000 })).await;

    world.agent().sends_files(&thread, None, &[upload]).await.expecting(202);
    eventually("the file on its way", async || (world.uploads_to_graph().await > 0).then_some(())).await;
    for (function, pid) in world.function_processes().await {
        if function == "outbound-sender" {
            world.kill_process(pid);
        }
    }
    world.settles().await;
    for _ in 0..4 {
        world.clock().advance("PT5M").await;
    }

    assert_eq!(statuses(&world, &thread).await, ["read"]);
    assert_eq!(world.phone_of("Ada").received().await.len(), 1);
    assert_eq!(world.graph_requests_to("Ada").await.len(), 1);
}

#[tokio::test]
async fn the_largest_document_goes_out_and_is_never_in_memory() {
    const LARGEST: usize = 100 * 1024 * 1024;
    let world = fresh_world().await;
    let thread = world.customer("Ada").writes("everything, please").await;
    let mut document = files::pdf("the largest");
    document.resize(LARGEST, 0);
    let upload = world.agent().uploads("all.pdf", "application/pdf", document).await;

    world.agent().sends_files(&thread, None, &[upload]).await.expecting(202);
    world.settles().await;

    let got = world.phone_of("Ada").got().await;
    assert_eq!(got[0]["file"]["size"], LARGEST);
    for (function, pid) in world.function_processes().await {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
        let peak: u64 = peak.unwrap_or_default();
        assert!(peak < 100 * 1024, "{function} took {peak} kB");
    }
}
