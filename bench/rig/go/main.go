// Command rig is the compiled half of the bench: a fake provider, a load generator and Go's own reverse proxy.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"rig/load"
	"rig/provider"
	"rig/relay"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return errors.New("rig provider | rig load < ORDER.json | rig relay ORIGIN [faults]")
	}
	switch args[0] {
	case "provider":
		return serve(func(listener net.Listener) error { return new(provider.Server).Serve(listener) })
	case "load":
		return carryOut()
	case "relay":
		return relayTo(args[1:])
	}
	return fmt.Errorf("%q is not a command", args[0])
}

// serve says where it listens on the first line of its output. It ends when its input does, so with whoever started it.
func serve(with func(net.Listener) error) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("{\"port\":%d}\n", listener.Addr().(*net.TCPAddr).Port)
	go func() {
		var ended [1]byte
		for {
			if _, err := os.Stdin.Read(ended[:]); err != nil {
				os.Exit(0)
			}
		}
	}()
	return with(listener)
}

func carryOut() error {
	var order load.Order
	if err := json.NewDecoder(os.Stdin).Decode(&order); err != nil {
		return fmt.Errorf("the order: %w", err)
	}
	result, err := load.Run(order)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

func relayTo(args []string) error {
	flags := flag.NewFlagSet("relay", flag.ContinueOnError)
	origin := flags.String("origin", "", "where requests go")
	var faults relay.Faults
	flags.DurationVar(&faults.Delay, "delay", 0, "before each request")
	flags.IntVar(&faults.StallEvery, "stall-every", 0, "one answer in so many stops in its middle")
	flags.DurationVar(&faults.Stall, "stall", 300*time.Millisecond, "for so long")
	flags.IntVar(&faults.LoseEvery, "lose-every", 0, "one answer in so many loses an event")
	if err := flags.Parse(args); err != nil {
		return err
	}
	to, err := url.Parse(*origin)
	if err != nil || to.Host == "" {
		return fmt.Errorf("-origin %q is no address", *origin)
	}
	return serve(func(listener net.Listener) error { return http.Serve(listener, relay.New(to, faults)) })
}
