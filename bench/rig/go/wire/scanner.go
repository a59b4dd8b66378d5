package wire

import "bytes"

// Scanner finds marks in a body that comes in pieces of any length.
type Scanner struct {
	// What the last piece ended with: it begins with '~' and is shorter than a mark.
	partial []byte
}

// Scan calls found for each mark that ends in this piece.
func (s *Scanner) Scan(piece []byte, found func(seq int, sentNs int64)) {
	if len(s.partial) > 0 {
		piece = append(s.partial, piece...)
		s.partial = nil
	}
	for {
		at := bytes.IndexByte(piece, '~')
		if at == -1 {
			return
		}
		piece = piece[at:]
		if len(piece) < MarkBytes {
			s.partial = append([]byte(nil), piece...)
			return
		}
		if seq, sentNs, ok := parseMark(piece); ok {
			found(seq, sentNs)
			piece = piece[MarkBytes:]
		} else {
			piece = piece[1:]
		}
	}
}

// Reset forgets what an answer that broke off left behind.
func (s *Scanner) Reset() { s.partial = nil }
