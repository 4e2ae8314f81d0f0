package web

import (
	"bytes"
	"html/template"
	"net/http"
)

// The page at the root says which node this is and where its API stands. The
// desk, when it is embedded, is mounted here: its files under the root, this
// page where it is not built in.
var frontPage = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Entente: node of {{.Member}}</title>
</head>
<body>
<main>
<h1>Node of {{.Name}} ({{.Member}})</h1>
<p>{{.Centre}}</p>
<dl>
<dt>Fingerprint of the charter</dt>
<dd><code>{{.Fingerprint}}</code></dd>
<dt>API</dt>
<dd><a href="{{.Base}}/openapi.json">{{.Base}}/openapi.json</a>, OpenAPI 3.1</dd>
<dt>Health</dt>
<dd><a href="/healthz">/healthz</a>, <a href="/readyz">/readyz</a></dd>
</dl>
<p>Officers work with <code>entente</code> on the command line, or through the API, with their own log-in. Nothing that is not released to {{.Member}} is on this node.</p>
</main>
</body>
</html>
`))

func (s *Server) page(w http.ResponseWriter, _ *http.Request) {
	f := s.node.Founding()
	m, _ := f.Member(s.node.Self())
	var b bytes.Buffer
	err := frontPage.Execute(&b, struct{ Member, Name, Centre, Fingerprint, Base string }{string(s.node.Self()), m.Name, f.Charter().Name, f.Fingerprint(), base})
	if err != nil {
		s.logger.Error("the page cannot be made", "err", err)
		http.Error(w, "the page cannot be made", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policyPage)
	w.Write(b.Bytes())
}
