// Package relay is Go's own reverse proxy, as a yardstick, and with faults that the bench must see.
package relay

import (
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"time"
)

// Faults that are put in on purpose, for the self-test alone.
type Faults struct {
	Delay time.Duration
	// One answer in so many stops for Stall in its middle; 0: none.
	StallEvery int
	Stall      time.Duration
	// One answer in so many loses one of its events; 0: none.
	LoseEvery int
}

const idleConnectionsMax = 4096

// New passes everything on to the origin, each piece at once.
func New(origin *url.URL, faults Faults) http.Handler {
	proxy := &httputil.ReverseProxy{
		Rewrite:       func(request *httputil.ProxyRequest) { request.SetURL(origin) },
		FlushInterval: -1,
		// As many kept connections as callers: with the default of two a host, each request would open one.
		Transport: &http.Transport{
			MaxIdleConns:        idleConnectionsMax,
			MaxIdleConnsPerHost: idleConnectionsMax,
			DisableCompression:  true,
		},
	}
	if faults != (Faults{}) {
		turn := turns{faults: faults}
		proxy.ModifyResponse = func(response *http.Response) error {
			response.Body = turn.next(response.Body)
			return nil
		}
	}
	return http.HandlerFunc(func(to http.ResponseWriter, request *http.Request) {
		// Else the server takes the rest of the body away when the answer begins, and an origin that answers at once loses
		// its connection in the middle of a stream: https://pkg.go.dev/net/http#ResponseController.EnableFullDuplex
		if err := http.NewResponseController(to).EnableFullDuplex(); err != nil {
			http.Error(to, err.Error(), http.StatusInternalServerError)
			return
		}
		if faults.Delay > 0 {
			time.Sleep(faults.Delay)
		}
		proxy.ServeHTTP(to, request)
	})
}

// faultyBody is closed as the body that it stands for.
type faultyBody struct {
	io.ReadCloser
	read func([]byte) (int, error)
}

func (b faultyBody) Read(into []byte) (int, error) { return b.read(into) }
