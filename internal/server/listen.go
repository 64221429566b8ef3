package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Bounds on how long a client may take, so that many slow ones cannot hold connections for ever.
const (
	headWait   = 10 * time.Second // for a request line and headers
	bodyWait   = 2 * time.Minute  // for a whole request: 16 MiB at 1.1 Mbit/s
	answerWait = 3 * time.Minute  // to have sent a body and taken the answer
	idleWait   = 3 * time.Minute  // for the next request; longer than SDKs keep idle connections
)

// headBytesRead is where net/http stops reading headers and answers 431 itself. It is far above the
// limit of AWS, which the front enforces with 400.
const headBytesRead = 1 << 20

// listenTo makes the HTTP server, which does not listen yet.
func (s *Server) listenTo(logger *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancelRequests = cancel
	s.http = &http.Server{
		Handler:           s,
		ReadHeaderTimeout: headWait,
		ReadTimeout:       bodyWait,
		WriteTimeout:      answerWait,
		IdleTimeout:       idleWait,
		MaxHeaderBytes:    headBytesRead,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelWarn),
	}
}
