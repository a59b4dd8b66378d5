package load

import (
	"math"
	"net"
	"testing"

	"rig/provider"
)

func TestArrivalsArePoisson(t *testing.T) {
	const perSecond, count = 1000, 100_000
	made := newArrivals(perSecond, 7)
	var last int64
	var sum, squares float64
	for range count {
		at := made.next()
		gap := float64(at-last) / 1e9
		sum += gap
		squares += gap * gap
		last = at
	}
	mean := sum / count
	deviation := math.Sqrt(squares/count - mean*mean)
	// Of an exponential distribution both are the same.
	if math.Abs(mean*perSecond-1) > 0.02 || math.Abs(deviation*perSecond-1) > 0.02 {
		t.Fatalf("mean %g s, deviation %g s", mean, deviation)
	}
	again := newArrivals(perSecond, 7)
	if first := newArrivals(perSecond, 7).next(); again.next() != first {
		t.Fatal("a seed gives the same times again")
	}
}

func TestTimesAreThoseRecorded(t *testing.T) {
	timer := newTimer()
	for i := int64(1); i <= 1000; i++ {
		timer.record(i * 1_000_000)
	}
	times, err := timer.times()
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range []struct{ is, wanted int64 }{{times.P50, 500}, {times.P99, 990}, {times.P999, 999}, {times.Max, 1000}} {
		if off := float64(each.is)/1e6/float64(each.wanted) - 1; math.Abs(off) > 0.002 {
			t.Errorf("%d ns instead of %d ms", each.is, each.wanted)
		}
	}
	if times.Count != 1000 || times.Histogram == "" {
		t.Errorf("%d times, histogram %q", times.Count, times.Histogram)
	}
}

func order(t *testing.T, model string) Order {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go new(provider.Server).Serve(listener)
	body := `{"model":"` + model + `"}`
	request := "POST /v1/chat/completions HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n" +
		string("0123456789abcdef"[len(body)/16]) + string("0123456789abcdef"[len(body)%16]) + "\r\n" + body + "\r\n0\r\n\r\n"
	return Order{
		Address: listener.Addr().String(), Requests: [][]byte{[]byte(request)},
		PerSecond: 100, Seconds: 0.5, Seed: 1, Connections: 8, Marks: 1,
	}
}

func run(t *testing.T, order Order) Result {
	t.Helper()
	result, err := Run(order)
	if err != nil {
		t.Fatal(err)
	}
	if sum := result.Answered + result.Aborted + result.Failed; sum != result.Scheduled || sum == 0 {
		t.Fatalf("%d scheduled, %d concluded", result.Scheduled, sum)
	}
	return result
}

func TestWholeAnswersAreCounted(t *testing.T) {
	result := run(t, order(t, "chat-b900"))
	if result.Failed+result.LostMarks > 0 || result.Latency.Count != int64(result.Scheduled) {
		t.Fatalf("%+v", result)
	}
}

func TestMissingMarksAreCounted(t *testing.T) {
	wanting := order(t, "stream-c9-g100")
	wanting.Marks = 10
	if result := run(t, wanting); result.LostMarks != result.Answered || result.Failed > 0 {
		t.Fatalf("%+v", result)
	}
}

func TestRefusalsFailByTheirStatus(t *testing.T) {
	if result := run(t, order(t, "unknown")); result.Failures["status 400"] != result.Scheduled {
		t.Fatalf("%+v", result)
	}
}

func TestWaitingInLineCounts(t *testing.T) {
	narrow := order(t, "chat-d20000")
	narrow.Connections = 1
	narrow.PerSecond = 200
	result := run(t, narrow)
	// One connection answers 50 a second: the last of a hundred waited for more than a second.
	if result.Latency.Max < 500_000_000 || result.ConnectionsOpenMax != 1 {
		t.Fatalf("%+v", result)
	}
}

func TestWhoIsHungUpOnIsNoFailure(t *testing.T) {
	some := order(t, "stream-c20-g1000")
	some.Marks, some.AbortShare, some.AbortAfter, some.Connections = 20, 0.5, 5, 0
	if result := run(t, some); result.Aborted == 0 || result.Answered == 0 || result.Failed > 0 || result.LostMarks > 0 {
		t.Fatalf("%+v", result)
	}
}

func TestNobodyWaitsForEver(t *testing.T) {
	held := order(t, "stream-c3-g60000000")
	held.Marks, held.PatienceSeconds = 3, 0.1
	if result := run(t, held); result.Failed != result.Scheduled {
		t.Fatalf("%+v", result)
	}
}
