package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
)

// headBytesRead is where net/http stops reading headers and answers 431 itself. It is far above the
// limit of AWS, which the front enforces with 400.
const headBytesRead = 1 << 20

// listenTo makes the HTTP server, which does not listen yet.
func (s *Server) listenTo(logger *slog.Logger) {
	ctx, cancel := context.WithCancel(context.Background())
	s.cancelRequests = cancel
	s.http = &http.Server{
		Handler:        s,
		MaxHeaderBytes: headBytesRead,
		ConnState:      s.connections.changed,
		BaseContext:    func(net.Listener) context.Context { return ctx },
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelWarn),

		DisableGeneralOptionsHandler: true, // "OPTIONS *" is for the front, too, which answers everything in one way
	}
}
