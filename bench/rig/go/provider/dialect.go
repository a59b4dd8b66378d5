package provider

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"rig/wire"
)

// piece is bytes with a place for a mark.
type piece struct {
	text []byte
	// Negative: there is none.
	markAt int
}

// script is an answer as the wire has it, made once for each plan and dialect.
type script struct {
	// The whole answer, where it is no stream.
	whole piece
	// Head, and what the dialect says before the first text.
	opening []byte
	chunk   piece
	closing []byte
	// Instead of closing, for callers that ask an OpenAI stream for its usage.
	closingWithUsage []byte
}

// A mark's place before the mark is known: it must have its length and be unlike any other text.
var place = strings.Repeat("#", wire.MarkBytes)

func withMark(text string) piece {
	return piece{text: []byte(text), markAt: bytes.Index([]byte(text), []byte(place))}
}

// put appends the piece to out, marked.
func (p piece) put(out []byte, seq int) []byte {
	begin := len(out)
	out = append(out, p.text...)
	if p.markAt >= 0 {
		wire.PutMark(out[begin+p.markAt:], seq, wire.Now())
	}
	return out
}

const (
	wholeHead  = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-request-id: provider-1\r\ncontent-length: %d\r\n\r\n%s"
	streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nx-request-id: provider-1\r\ntransfer-encoding: chunked\r\n\r\n"
	lastChunk  = "0\r\n\r\n"
)

func chunked(text string) string { return fmt.Sprintf("%x\r\n%s\r\n", len(text), text) }

func answer(body string) piece { return withMark(fmt.Sprintf(wholeHead, len(body), body)) }

// prose is text of exactly so many bytes.
func prose(length int) string {
	const sentence = "The answer goes on for a while; "
	text := strings.Repeat(sentence, length/len(sentence)+1)[:length]
	if !utf8.ValidString(text) {
		panic("prose is ASCII")
	}
	return text
}

const messagesPath = "/v1/messages"

func scriptOf(path string, plan Plan, model string) (script, error) {
	switch path {
	case "/v1/chat/completions", "/chat/completions":
		return openai(plan, model), nil
	case messagesPath:
		return anthropic(plan, model), nil
	}
	return script{}, fmt.Errorf("nothing is served at %s", path)
}
