package web

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"entente/internal/web/api"
)

// metrics are the node's figures: its own condition and how long requests take,
// by route. Nothing in them depends on a content, an id, a searched word or an
// officer; whoever reads them works on the node's own machine.
type metrics struct {
	server   *Server
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	refusals *prometheus.CounterVec
}

func newMetrics(s *Server) *metrics {
	m := &metrics{server: s, registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "entente_http_request_seconds", Help: "Time that requests took, by route.",
			Buckets: []float64{.001, .005, .025, .1, .5, 2.5, 10, 60}}, []string{"route", "method", "status"}),
		refusals: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "entente_refusals_total", Help: "Requests of officers that were refused, by code; quota among them. What the lead refuses of members is in entente_link_over_quota_total."}, []string{"code"}),
	}
	m.refusals.WithLabelValues(api.CodeQuota)
	m.registry.MustRegister(m.requests, m.refusals, m, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(route, verb string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, method(verb), strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}

func (m *metrics) refused(code string) { m.refusals.WithLabelValues(code).Inc() }

// Metrics serves the figures in the Prometheus text format. It belongs on a
// listener of its own, on loopback.
func (s *Server) Metrics() http.Handler {
	serve := promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 2, Timeout: s.patience.ordinary})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !s.called(r.Host):
			writeError(w, http.StatusMisdirectedRequest, api.Error{Code: api.CodeHost, Message: "this node is not called by that name"})
		case !safe(r.Method):
			writeError(w, http.StatusMethodNotAllowed, api.Error{Code: api.CodeMethod, Message: "figures are read with GET"})
		default:
			w.Header().Set("X-Content-Type-Options", "nosniff")
			serve.ServeHTTP(w, r)
		}
	})
}

func figure(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("entente_"+name, help, labels, nil)
}

var (
	figureLog         = figure("log_leaves", "Leaves of the log here.")
	figureCertified   = figure("log_certified_leaves", "Size of the last certified head.")
	figureUncertified = figure("log_uncertified_leaves", "Leaves here beyond the last certified head.")
	figureLogTime     = figure("log_time_seconds", "Log time of the last certified head, Unix seconds.")
	figureCosigned    = figure("log_cosigned", "Whether a member cosigned the last certified head.", "member")
	figureSkew        = figure("clock_skew_seconds", "This node's clock against log time.")
	figureProjected   = figure("projected_leaves", "Leaves that the views take into account.")
	figureBehind      = figure("views_behind_seconds", "Time since the views last had all of the certified head, 0 while they have.")
	figureLost        = figure("lost_epochs", "Key epochs ahead whose published keys are not on this node.")
	figureFiled       = figure("envelopes_filed", "Own envelopes that are durable here and wait to be logged.")
	figureLogged      = figure("reports_logged", "Own reports in the log.")
	figureReceived    = figure("envelopes_received", "Own envelopes that a member has proved to have opened.", "member")
	figurePeerLag     = figure("peer_lag_leaves", "Certified leaves beyond what a member has proved to have opened.", "member")
	figureQuarantined = figure("quarantined", "Envelopes for this member that were not understood.")
	figureEvidence    = figure("evidence", "Proofs of faults kept here.")
	figureWaiting     = figure("releases_waiting", "Releases that are leaving.")
	figureAbsent      = figure("bodies_absent", "Bodies that have still to come.")
	figureFile        = figure("file_bytes", "Size of a file of the node.", "file")
	figureFree        = figure("disk_free_bytes", "Free bytes of the disk.")
	figureHalted      = figure("halted", "Whether the node follows the lead no longer.")
	figureRecovering  = figure("recovering", "Whether the node signs nothing yet.")
	figureReady       = figure("ready", "Whether the node may release to every member.")
	figureOverQuota   = figure("link_over_quota_total", "Envelopes that this node refused as the lead because their originator was over its quota, or asked too much of the log.")
	figureUp          = figure("status_up", "Whether the node's condition could be read.")
)

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{figureLog, figureCertified, figureUncertified, figureLogTime, figureCosigned, figureSkew, figureProjected, figureBehind, figureLost, figureFiled,
		figureLogged, figureReceived, figurePeerLag, figureQuarantined, figureEvidence, figureWaiting, figureAbsent, figureFile, figureFree, figureHalted,
		figureRecovering, figureReady, figureOverQuota, figureUp} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	put := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	st, err := m.server.status(ctx)
	if err != nil {
		m.server.logger.Error("the figures cannot be read", "err", err)
		put(figureUp, 0)
		return
	}
	put(figureUp, 1)
	ch <- prometheus.MustNewConstMetric(figureOverQuota, prometheus.CounterValue, float64(m.server.node.Station().OverQuota()))
	put(figureLog, float64(st.Log.Size))
	put(figureCertified, float64(st.Log.Certified))
	put(figureUncertified, float64(st.Log.Size-st.Log.Certified))
	if st.Log.LogTime != nil {
		put(figureLogTime, float64(st.Log.LogTime.Unix()))
	}
	for _, c := range st.Log.Cosigned {
		put(figureCosigned, 1, c.Member)
	}
	for _, missing := range st.Log.Missing {
		put(figureCosigned, 0, missing)
	}
	put(figureSkew, float64(st.Log.ClockSkew))
	put(figureProjected, float64(st.Views.Projected))
	put(figureBehind, float64(st.Views.BehindFor))
	put(figureLost, float64(len(st.LostEpochs)))
	put(figureFiled, float64(st.Log.Outbox))
	put(figureLogged, float64(st.Views.Own))
	for _, p := range st.Peers {
		put(figureReceived, float64(p.Opened), p.Member)
		put(figurePeerLag, float64(p.Lag), p.Member)
	}
	put(figureQuarantined, float64(st.Views.Quarantined))
	put(figureEvidence, float64(st.Evidence))
	put(figureWaiting, float64(st.Waiting))
	put(figureAbsent, float64(st.Log.Absent))
	for _, f := range st.Disk.Files {
		put(figureFile, float64(f.Bytes), f.Name)
	}
	if st.Disk.Free >= 0 {
		put(figureFree, float64(st.Disk.Free))
	}
	put(figureHalted, flag(st.Halted != nil))
	put(figureRecovering, flag(st.Log.Recovering))
	put(figureReady, flag(st.Ready))
}
