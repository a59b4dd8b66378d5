package provider

import "fmt"

const openaiUsage = `{"prompt_tokens":361,"completion_tokens":128,"total_tokens":489,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0}}`

// openai answers as https://platform.openai.com/docs/api-reference/chat shows it.
func openai(plan Plan, model string) script {
	body := fmt.Sprintf(`{"id":"chatcmpl-Bench0000000000000000000000","object":"chat.completion","created":1767225600,"model":%q,`+
		`"choices":[{"index":0,"message":{"role":"assistant","content":"%s %s","refusal":null},"logprobs":null,"finish_reason":"stop"}],`+
		`"usage":%s,"service_tier":"default","system_fingerprint":null}`, model, prose(plan.Bytes), place, openaiUsage)
	frame := func(choices, usage string) string {
		return chunked(fmt.Sprintf(`data: {"id":"chatcmpl-Bench0000000000000000000000","object":"chat.completion.chunk","created":1767225600,"model":%q,`+
			`"service_tier":"default","system_fingerprint":null,"choices":%s%s,"obfuscation":"x7Qp2"}`+"\n\n", model, choices, usage))
	}
	choice := func(delta, finish string) string {
		return fmt.Sprintf(`[{"index":0,"delta":%s,"logprobs":null,"finish_reason":%s}]`, delta, finish)
	}
	finish := frame(choice(`{}`, `"stop"`), "")
	done := chunked("data: [DONE]\n\n") + lastChunk
	return script{
		whole:            answer(body),
		opening:          []byte(streamHead + frame(choice(`{"role":"assistant","content":"","refusal":null}`, "null"), "")),
		chunk:            withMark(frame(choice(fmt.Sprintf(`{"content":"%s %s"}`, prose(plan.Bytes), place), "null"), "")),
		closing:          []byte(finish + done),
		closingWithUsage: []byte(finish + frame("[]", `,"usage":`+openaiUsage) + done),
	}
}
