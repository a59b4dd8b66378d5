package wire

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestMarksAreFoundHoweverTheBodyIsCut(t *testing.T) {
	var body []byte
	for seq := range 20 {
		mark := make([]byte, MarkBytes)
		PutMark(mark, seq, int64(1000+seq))
		body = append(body, "text ~ and ~~ more "...)
		body = append(body, mark...)
	}
	for size := 1; size <= len(body); size++ {
		var scanner Scanner
		var seen []int
		for begin := 0; begin < len(body); begin += size {
			scanner.Scan(body[begin:min(begin+size, len(body))], func(seq int, sentNs int64) {
				if sentNs != int64(1000+seq) {
					t.Fatalf("mark %d was sent at %d", seq, sentNs)
				}
				seen = append(seen, seq)
			})
		}
		if len(seen) != 20 || seen[0] != 0 || seen[19] != 19 {
			t.Fatalf("in pieces of %d: %v", size, seen)
		}
	}
}

func TestReaderTakesBothKindsOfBodiesFromAnyPieces(t *testing.T) {
	const plain = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	const chunked = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n"
	from := iotest.OneByteReader(strings.NewReader(plain + chunked + plain))
	reader := NewReader(from, 64)
	for range 3 {
		head, err := reader.Head()
		if err != nil || head.Status() != 200 {
			t.Fatalf("%q %v", head, err)
		}
		var body bytes.Buffer
		if err := reader.Body(head, true, func(piece []byte) { body.Write(piece) }); err != nil || body.String() != "hello" {
			t.Fatalf("%q %v", body.String(), err)
		}
	}
	if _, err := reader.Head(); err != io.EOF {
		t.Fatalf("between messages an end is an end: %v", err)
	}
}

func TestBrokenBodiesAreErrors(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello",
		"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
		"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
		"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n",
	} {
		reader := NewReader(strings.NewReader(text), 64)
		head, err := reader.Head()
		if err != nil {
			t.Fatal(err)
		}
		if err := reader.Body(head, true, func([]byte) {}); err == nil {
			t.Errorf("accepted: %q", text)
		}
	}
}
