package wire

import (
	"bytes"
	"strconv"
)

// Head is the first line and the headers of a message, each with its line end.
type Head []byte

// Status of an answer; 0 where there is none.
func (h Head) Status() int {
	fields := bytes.Fields(h.first())
	if len(fields) < 2 {
		return 0
	}
	status, _ := strconv.Atoi(string(fields[1]))
	return status
}

// Target is the method and the path of a request, without its query.
func (h Head) Target() (method, path string) {
	fields := bytes.Fields(h.first())
	if len(fields) < 2 {
		return "", ""
	}
	target, _, _ := bytes.Cut(fields[1], []byte("?"))
	return string(fields[0]), string(target)
}

// Length is what content-length says; ok is false where it says nothing.
func (h Head) Length() (length int, ok bool) {
	value := h.value("content-length")
	if value == nil {
		return 0, false
	}
	length, err := strconv.Atoi(string(value))
	return length, err == nil && length >= 0
}

// Chunked tells whether the body comes in chunks.
func (h Head) Chunked() bool {
	return bytes.EqualFold(h.value("transfer-encoding"), []byte("chunked"))
}

// Closes tells whether the sender wants no further message on this connection.
func (h Head) Closes() bool {
	return bytes.EqualFold(h.value("connection"), []byte("close"))
}

func (h Head) first() []byte {
	line, _, _ := bytes.Cut(h, []byte("\r\n"))
	return line
}

// value of a header, nil where it is absent.
func (h Head) value(name string) []byte {
	_, rest, _ := bytes.Cut(h, []byte("\r\n"))
	for len(rest) > 0 {
		var line []byte
		line, rest, _ = bytes.Cut(rest, []byte("\r\n"))
		if len(line) > len(name) && line[len(name)] == ':' && bytes.EqualFold(line[:len(name)], []byte(name)) {
			return bytes.TrimSpace(line[len(name)+1:])
		}
	}
	return nil
}
