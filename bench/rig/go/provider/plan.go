// Package provider is a fake vendor: what it answers is told by the model's name, so nothing must be set up for a scenario.
package provider

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Plan is what a model's name asks for.
type Plan struct {
	Stream bool
	// Bytes of a whole answer's text, or of each piece's text beside its mark.
	Bytes  int
	Chunks int
	Gap    time.Duration
	// Before the first byte.
	Delay time.Duration
}

const (
	bytesMax  = 64 << 20
	chunksMax = 99_999
)

// ParsePlan reads "chat-b900-d1000" or "stream-c200-g4000-d0-b8": b text bytes, c chunks, g the gap between them and
// d the delay before the first, both in microseconds. What is left out has a default.
func ParsePlan(model string) (Plan, error) {
	parts := strings.Split(model, "-")
	plan := Plan{Bytes: 900, Chunks: 1}
	switch parts[0] {
	case "chat":
	case "stream":
		plan = Plan{Stream: true, Bytes: 8, Chunks: 200}
	default:
		return plan, fmt.Errorf("the model %q is neither chat-... nor stream-...", model)
	}
	for _, part := range parts[1:] {
		if err := plan.set(part); err != nil {
			return plan, fmt.Errorf("the model %q: %w", model, err)
		}
	}
	return plan, nil
}

func (p *Plan) set(part string) error {
	if part == "" {
		return fmt.Errorf("an empty part")
	}
	value, err := strconv.Atoi(part[1:])
	if err != nil || value < 0 {
		return fmt.Errorf("%q has no number", part)
	}
	switch part[0] {
	case 'b':
		p.Bytes = min(value, bytesMax)
	case 'c':
		p.Chunks = max(1, min(value, chunksMax))
	case 'g':
		p.Gap = time.Duration(value) * time.Microsecond
	case 'd':
		p.Delay = time.Duration(value) * time.Microsecond
	default:
		return fmt.Errorf("%q is unknown", part)
	}
	return nil
}

var modelField = []byte(`"model"`)

// modelOf finds the model in a request's JSON: the bench puts the name into no other field.
func modelOf(body []byte) string {
	at := bytes.Index(body, modelField)
	if at == -1 {
		return ""
	}
	rest := bytes.TrimLeft(body[at+len(modelField):], ": \t\r\n")
	if len(rest) == 0 || rest[0] != '"' {
		return ""
	}
	name, _, _ := bytes.Cut(rest[1:], []byte(`"`))
	return string(name)
}
