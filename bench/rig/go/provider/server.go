package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"rig/wire"
)

// Server answers on raw connections with bytes made beforehand.
type Server struct {
	requests, messages, aborted, open, connections atomic.Int64
	scripts                                        sync.Map
}

type scriptKey struct{ path, model string }

type planned struct {
	plan   Plan
	script script
}

// Serve returns when the listener is closed.
func (s *Server) Serve(listener net.Listener) error {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		s.connections.Add(1)
		go s.serve(conn)
	}
}

const (
	readBytes = 4 << 10
	// A caller's body beyond this is not kept for the next request of its connection.
	keptBodyBytesMax = 1 << 20
)

func (s *Server) serve(conn net.Conn) {
	defer conn.Close()
	reader := wire.NewReader(conn, readBytes)
	var body, out []byte
	for {
		head, err := reader.Head()
		if err != nil {
			return
		}
		_, path := head.Target()
		closes := head.Closes()
		body = body[:0]
		if err := reader.Body(head, false, func(piece []byte) { body = append(body, piece...) }); err != nil {
			return
		}
		if path == "/_counts" {
			err = s.tell(conn)
		} else {
			out, err = s.answer(conn, path, body, out[:0])
		}
		if err != nil || closes {
			return
		}
		if cap(body) > keptBodyBytesMax {
			body = nil
		}
	}
}

func (s *Server) answer(conn net.Conn, path string, body, out []byte) ([]byte, error) {
	known, err := s.planned(path, modelOf(body))
	if err != nil {
		return out, refuse(conn, err)
	}
	s.requests.Add(1)
	if path == messagesPath {
		s.messages.Add(1)
	}
	s.open.Add(1)
	defer s.open.Add(-1)
	pause(known.plan.Delay)
	if known.plan.Stream {
		out, err = stream(conn, known, bytes.Contains(body, []byte(`"include_usage":true`)), out)
	} else {
		out = known.script.whole.put(out, 0)
		_, err = conn.Write(out)
	}
	if err != nil {
		s.aborted.Add(1)
	}
	return out, err
}

// stream writes each chunk by itself, at its time whatever the earlier ones took.
func stream(conn net.Conn, known planned, withUsage bool, out []byte) ([]byte, error) {
	script, plan := known.script, known.plan
	begun := time.Now()
	out = append(out, script.opening...)
	for seq := range plan.Chunks {
		if seq > 0 {
			// May be a millisecond late: each piece says itself when it was sent, and a precise pause costs a thread.
			time.Sleep(time.Until(begun.Add(time.Duration(seq) * plan.Gap)))
		}
		out = script.chunk.put(out, seq)
		if _, err := conn.Write(out); err != nil {
			return out, err
		}
		out = out[:0]
	}
	closing := script.closing
	if withUsage {
		closing = script.closingWithUsage
	}
	_, err := conn.Write(closing)
	return out, err
}

func (s *Server) planned(path, model string) (planned, error) {
	key := scriptKey{path, model}
	if known, ok := s.scripts.Load(key); ok {
		return known.(planned), nil
	}
	plan, err := ParsePlan(model)
	if err != nil {
		return planned{}, err
	}
	script, err := scriptOf(path, plan, model)
	if err != nil {
		return planned{}, err
	}
	made := planned{plan, script}
	s.scripts.Store(key, made)
	return made, nil
}

func refuse(to io.Writer, why error) error {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"message": why.Error(), "type": "invalid_request_error"}})
	_, err := fmt.Fprintf(to, "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", len(body), body)
	return err
}

// Counts is what a scenario checks its callers' figures against.
type Counts struct {
	Requests int64 `json:"requests"`
	// Of them those in Anthropic's dialect: who translates must have translated.
	Messages    int64 `json:"messages"`
	Aborted     int64 `json:"aborted"`
	Open        int64 `json:"open"`
	Connections int64 `json:"connections"`
}

func (s *Server) tell(to io.Writer) error {
	body, _ := json.Marshal(Counts{s.requests.Load(), s.messages.Load(), s.aborted.Load(), s.open.Load(), s.connections.Load()})
	_, err := fmt.Fprintf(to, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s", len(body), body)
	return err
}
