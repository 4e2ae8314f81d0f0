package places

import (
	"runtime"
	"strings"
	"time"

	"entente/internal/process/places"
)

// Speed is how fast the places package is on one core.
type Speed struct {
	// Open is the time from nothing to the first answer.
	Open time.Duration
	// Texts is the number of texts of three kilobytes that Find reads a second.
	Texts float64
	// Names is the number of queries that Resolve answers a second.
	Names float64
	// HeapMB is what the gazetteer holds of the heap after both, in megabytes.
	HeapMB float64
}

// report is a made text of news with some sixty names of places in three kilobytes.
var report = strings.Repeat("Fighting between Iraqi forces and the Islamic State reached Tal Afar, west of Mosul, on Monday, officials in Baghdad said, while residents of Raqqa in northern Syria reported shelling from the direction of Deir ez-Zor. ", 14)[:3000]

// MeasureSpeed runs Find and Resolve for about the given time each.
func MeasureSpeed(each time.Duration) (Speed, error) {
	var s Speed
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	g, err := places.World()
	if err != nil {
		return s, err
	}
	query := places.Query{Name: "Tell Refaat", Province: "Aleppo", Country: "Syria"}
	g.Resolve(query)
	s.Open = time.Since(start)
	g.Find(report)
	count := func(do func()) float64 {
		start, n := time.Now(), 0
		for time.Since(start) < each {
			do()
			n++
		}
		return float64(n) / time.Since(start).Seconds()
	}
	s.Texts = count(func() { g.Find(report) })
	s.Names = count(func() { g.Resolve(query) })
	runtime.GC()
	runtime.ReadMemStats(&after)
	s.HeapMB = (float64(after.HeapAlloc) - float64(before.HeapAlloc)) / (1 << 20)
	return s, nil
}
