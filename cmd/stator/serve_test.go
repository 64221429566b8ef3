package main

import (
	"net"
	"testing"
)

func TestReachable(t *testing.T) {
	f := func(ip net.IP, want string) {
		t.Helper()
		if got := reachable(&net.TCPAddr{IP: ip, Port: 8000}); got != want {
			t.Errorf("%v: got %q, want %q", ip, got, want)
		}
	}
	f(net.IPv4(127, 0, 0, 1), "127.0.0.1:8000")
	f(net.IPv6loopback, "[::1]:8000")
	f(net.IPv4zero, "")
	f(net.IPv6unspecified, "")
}
