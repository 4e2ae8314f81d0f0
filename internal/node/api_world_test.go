package node_test

import (
	"net/http"

	"entente/internal/node"
	"entente/internal/web"
)

// The answers of a world's nodes are compared as their officers get them: the
// API stands on the node and is handed in from here.
func init() {
	node.WorldAPI = func(n *node.Node) (http.Handler, []byte) {
		s := web.New(n, web.Options{})
		return s.Handler(), s.OpenAPI()
	}
}
