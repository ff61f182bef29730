//! What a newcomer reads when the stack is ready.

use std::path::Path;

use crate::stack_file::StackFile;

/// The addresses, and a tour to paste into another terminal.
pub fn text(stack: &StackFile, data: &Path) -> String {
    let StackFile { api, graph, aws, control, webhook, .. } = stack;
    let data = data.display();
    let number = stack.tenants.first().and_then(|tenant| tenant.channels.first()).map_or("", |it| it.phone_number_id);
    format!(
        r#"
The stack runs; Ctrl-C stops it.

  API      {api}   webhook {webhook}
  Graph    {graph}   Meta's side, simulated
  AWS      {aws}   with the key pair local, local
  Control  {control}   /clock /idle /outcomes /dead-letters
  Data     {data}   logs, tokens, stack.json

A tour, to paste into another terminal:

  ask() {{ curl -sS -H 'Content-Type: application/json' -H "$AUTH" "$@"; echo; }}
  AUTH="Authorization: Bearer $(cat {data}/tokens/acme-agent)"

  # Ada writes to Acme, and an agent of Acme sees the ticket.
  ask {graph}/_simulator/messages -d '{{"from": "12025550142", "to": "{number}", "profile": "Ada",
    "message": {{"type": "text", "text": {{"body": "Hello, is anybody there?"}}}}}}'
  ask -X POST {control}/idle
  ask {api}/v1/tickets

  # The agent replies in its thread.
  THREAD=$(ask {api}/v1/tickets | grep -o 'thr_[0-9a-f]*' | head -n 1)
  ask {api}/v1/threads/$THREAD/messages -H "Idempotency-Key: tour-1-$(date +%s)" -d '{{"text": "Yes, how can I help?"}}'
  ask -X POST {control}/idle

  # Ada's phone shows the reply, and the thread shows its ticks.
  ask {graph}/_simulator/phones/12025550142
  ask {api}/v1/threads/$THREAD/messages

  # A day later the session is over, and a reply is refused.
  ask {control}/clock -d '{{"advance": "PT25H"}}'
  ask {api}/v1/threads/$THREAD/messages -H "Idempotency-Key: tour-2-$(date +%s)" -d '{{"text": "Are you still there?"}}'

ready
"#
    )
}
