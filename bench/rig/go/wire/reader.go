package wire

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
)

const headBytesMax = 64 << 10

// Reader takes HTTP/1.1 messages off a connection: no more of the protocol than the bench speaks.
type Reader struct {
	from io.Reader
	buf  []byte
	// Unread bytes are buf[begin:end].
	begin, end int
	// ReadNs is when the last bytes came, by Now.
	ReadNs int64
}

// NewReader reads bufferBytes at a time; a head must fit into them or grows them.
func NewReader(from io.Reader, bufferBytes int) *Reader {
	return &Reader{from: from, buf: make([]byte, bufferBytes)}
}

func (r *Reader) fill() error {
	if r.begin == r.end {
		r.begin, r.end = 0, 0
	}
	if r.end == len(r.buf) {
		if r.begin > 0 {
			r.end = copy(r.buf, r.buf[r.begin:r.end])
			r.begin = 0
		} else if len(r.buf) >= headBytesMax {
			return errors.New("a head or a chunk's line is too long")
		} else {
			r.buf = append(r.buf, make([]byte, len(r.buf))...)
		}
	}
	count, err := r.from.Read(r.buf[r.end:])
	r.ReadNs = Now()
	r.end += count
	if count > 0 {
		return nil
	}
	return err
}

// Head is valid until the next call. Returns io.EOF where the peer closes between two messages.
func (r *Reader) Head() (Head, error) {
	for {
		if at := bytes.Index(r.buf[r.begin:r.end], []byte("\r\n\r\n")); at >= 0 {
			head := Head(r.buf[r.begin : r.begin+at+2])
			r.begin += at + 4
			return head, nil
		}
		waiting := r.end > r.begin
		if err := r.fill(); err != nil {
			if waiting && err == io.EOF {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
}

// Body hands over all pieces of the body that follows head. untilClose: one without a length ends with the connection.
func (r *Reader) Body(head Head, untilClose bool, piece func([]byte)) error {
	if head.Chunked() {
		return r.chunked(piece)
	}
	length, ok := head.Length()
	if ok {
		return r.exactly(length, piece)
	}
	if !untilClose {
		return nil
	}
	for {
		if r.begin < r.end {
			piece(r.buf[r.begin:r.end])
			r.begin = r.end
		}
		if err := r.fill(); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}

func (r *Reader) exactly(length int, piece func([]byte)) error {
	for length > 0 {
		if r.begin == r.end {
			if err := r.fill(); err != nil {
				return unexpected(err)
			}
		}
		count := min(length, r.end-r.begin)
		piece(r.buf[r.begin : r.begin+count])
		r.begin += count
		length -= count
	}
	return nil
}

func (r *Reader) chunked(piece func([]byte)) error {
	for {
		line, err := r.line()
		if err != nil {
			return err
		}
		size, _, _ := bytes.Cut(line, []byte(";"))
		length, err := strconv.ParseUint(string(bytes.TrimSpace(size)), 16, 31)
		if err != nil {
			return fmt.Errorf("a chunk of %q bytes", line)
		}
		if length == 0 {
			return r.trailers()
		}
		if err := r.exactly(int(length), piece); err != nil {
			return err
		}
		if line, err = r.line(); err != nil || len(line) > 0 {
			return errors.Join(err, errors.New("a chunk is longer than it says"))
		}
	}
}

func (r *Reader) trailers() error {
	for {
		line, err := r.line()
		if err != nil || len(line) == 0 {
			return err
		}
	}
}

// line is valid until the next call.
func (r *Reader) line() ([]byte, error) {
	for {
		if at := bytes.Index(r.buf[r.begin:r.end], []byte("\r\n")); at >= 0 {
			line := r.buf[r.begin : r.begin+at]
			r.begin += at + 2
			return line, nil
		}
		if err := r.fill(); err != nil {
			return nil, unexpected(err)
		}
	}
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
