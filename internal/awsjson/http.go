package awsjson

import (
	"net/http"
	"strconv"
	"sync"
)

// Handler serves a Front over net/http.
type Handler struct {
	front     *Front
	exchanges sync.Pool
}

// NewHandler returns a Handler.
func NewHandler(f *Front) *Handler {
	return &Handler{front: f, exchanges: sync.Pool{New: func() any { return new(Exchange) }}}
}

// ServeHTTP answers r.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := h.exchanges.Get().(*Exchange) //nolint:errcheck,forcetypeassert // the pool holds nothing else
	x.request = Request{
		Method:        r.Method,
		Path:          r.URL.Path,
		Query:         r.URL.RawQuery,
		HeadBytes:     headBytes(r),
		ContentLength: r.ContentLength,
		Header:        header(r.Header),
		Body:          r.Body,
	}
	a := h.front.Serve(r.Context(), x, &x.request)
	if !a.Aborted {
		write(w, &a)
	}
	if x.reusable() {
		h.exchanges.Put(x)
	}
	if a.Aborted {
		panic(http.ErrAbortHandler) // net/http's way to close the connection without an answer
	}
}

// header is a http.Header whose names are looked up as they are, which saves their normalization.
type header http.Header

// Get returns the first value of the header with the canonical name.
func (h header) Get(name string) string {
	if values := h[name]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// headBytes returns the length of the request line or of the block of headers, whichever is longer.
func headBytes(r *http.Request) int {
	line := len(r.Method) + len(" ") + len(r.RequestURI) + len(" ") + len(r.Proto) + len("\r\n")
	block := len("Host: ") + len(r.Host) + len("\r\n")
	for name, values := range r.Header {
		for _, value := range values {
			block += len(name) + len(": ") + len(value) + len("\r\n")
		}
	}
	return max(line, block)
}

// Values of headers that are the same in many answers. Nobody writes to them.
var (
	serverValue       = []string{"Server"}
	amzJSONValue      = []string{typeAmzJSON}
	jsonValue         = []string{typeJSON}
	textValue         = []string{typeText}
	closeValue        = []string{"close"}
	corsOriginValue   = []string{"*"}
	corsAgeValue      = []string{"172800"}
	corsExposedValues = []string{"x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-crc32,x-amz-id-2,x-amzn-ErrorMessage,Date"}
)

func contentTypeValue(contentType string) []string {
	switch contentType {
	case typeAmzJSON:
		return amzJSONValue
	case typeJSON:
		return jsonValue
	}
	return textValue
}

// write sends a. Names of headers are assigned as AWS spells them, not in net/http's canonical form.
func write(w http.ResponseWriter, a *Answer) {
	// One string holds the texts of all values that differ from answer to answer, one array the
	// slices that net/http wants: two allocations.
	var room [96]byte
	text := append(room[:0], a.RequestID...)
	idEnd := len(text)
	text = strconv.AppendUint(text, uint64(a.CRC32), 10)
	crcEnd := len(text)
	text = strconv.AppendInt(text, int64(len(a.Body)), 10)
	all := string(text)
	values := &[3]string{all[:idEnd], all[idEnd:crcEnd], all[crcEnd:]}

	h := w.Header()
	h["Server"] = serverValue
	h["x-amzn-RequestId"] = values[0:1:1]
	h["x-amz-crc32"] = values[1:2:2]
	h["Content-Length"] = values[2:3:3]
	h["Content-Type"] = contentTypeValue(a.ContentType)
	if a.Close {
		// Otherwise net/http would wait for the rest of the body before it sends the answer.
		h["Connection"] = closeValue
	}
	if a.Encoding != "" {
		h["Content-Encoding"] = []string{a.Encoding}
	}
	if a.CORS {
		writeCORS(h, &a.Preflight)
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // a client that has gone needs no answer
}

func writeCORS(h http.Header, p *Preflight) {
	h["Access-Control-Allow-Origin"] = corsOriginValue
	h["Access-Control-Expose-Headers"] = corsExposedValues
	if !p.Asked {
		return
	}
	h["Access-Control-Max-Age"] = corsAgeValue
	if p.Headers != "" {
		h["Access-Control-Allow-Headers"] = []string{p.Headers}
	}
	if p.Methods != "" {
		h["Access-Control-Allow-Methods"] = []string{p.Methods}
	}
}
