package provider

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestTheModelSaysWhatIsAnswered(t *testing.T) {
	plan, err := ParsePlan("stream-c12-g5000000-d1000")
	if err != nil || plan != (Plan{Stream: true, Bytes: 8, Chunks: 12, Gap: 5 * time.Second, Delay: time.Millisecond}) {
		t.Fatalf("%+v %v", plan, err)
	}
	for _, wrong := range []string{"", "gpt-5", "chat-", "chat-x1", "chat-bmany"} {
		if _, err := ParsePlan(wrong); err == nil {
			t.Errorf("accepted: %q", wrong)
		}
	}
}

func TestTheModelIsFoundHoweverItIsWritten(t *testing.T) {
	for _, body := range []string{`{"model":"chat-b1"}`, `{"x":1, "model" : "chat-b1","y":2}`} {
		if model := modelOf([]byte(body)); model != "chat-b1" {
			t.Errorf("%q in %s", model, body)
		}
	}
}

func TestAnswersAreJSON(t *testing.T) {
	for _, path := range []string{"/v1/chat/completions", "/v1/messages"} {
		made, err := scriptOf(path, Plan{Bytes: 100_000, Chunks: 3}, "chat-b100000")
		if err != nil {
			t.Fatal(err)
		}
		_, body, _ := strings.Cut(string(made.whole.put(nil, 0)), "\r\n\r\n")
		if !json.Valid([]byte(body)) || len(body) < 100_000 {
			t.Errorf("%s: %.200s", path, body)
		}
		events := string(made.opening) + string(made.chunk.put(nil, 0)) + string(made.closingWithUsage)
		for line := range strings.Lines(events) {
			if data, ok := strings.CutPrefix(strings.TrimSpace(line), "data: "); ok && data != "[DONE]" && !json.Valid([]byte(data)) {
				t.Errorf("%s: %s", path, data)
			}
		}
	}
}
