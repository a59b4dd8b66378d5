package provider

import "fmt"

// anthropic answers as https://platform.claude.com/docs/en/api/messages shows it.
func anthropic(plan Plan, model string) script {
	body := fmt.Sprintf(`{"id":"msg_Bench0000000000000000000","type":"message","role":"assistant","model":%q,`+
		`"content":[{"type":"text","text":"%s %s"}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":361,"output_tokens":128}}`,
		model, prose(plan.Bytes), place)
	event := func(kind, data string) string {
		return chunked(fmt.Sprintf("event: %s\ndata: {\"type\":%q,%s}\n\n", kind, kind, data))
	}
	start := fmt.Sprintf(`"message":{"id":"msg_Bench0000000000000000000","type":"message","role":"assistant","model":%q,`+
		`"content":[],"stop_reason":null,"stop_sequence":null,"usage":{"input_tokens":361,"output_tokens":1}}`, model)
	delta := fmt.Sprintf(`"index":0,"delta":{"type":"text_delta","text":"%s %s"}`, prose(plan.Bytes), place)
	closing := event("content_block_stop", `"index":0`) +
		event("message_delta", `"delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":128}`) +
		chunked("event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n") + lastChunk
	return script{
		whole:            answer(body),
		opening:          []byte(streamHead + event("message_start", start) + event("content_block_start", `"index":0,"content_block":{"type":"text","text":""}`)),
		chunk:            withMark(event("content_block_delta", delta)),
		closing:          []byte(closing),
		closingWithUsage: []byte(closing),
	}
}
