package api

// Paging says which part of a list is asked for.
type Paging struct {
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many items at most."`
	After int64 `query:"after" minimum:"0" doc:"The next of the page before; absent for the first page."`
}

// page is a part of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  *int64 `json:"next" doc:"What to give as after for the page that follows; null on the last page."`
}

// reply is the answer of an operation that has one.
type reply[T any] struct{ Body T }

// none is the answer of an operation that only did something, and the input of
// one that asks for nothing.
type none struct{}

// list is the answer of an operation that lists.
type list[T any] = reply[page[T]]

func replyOf[T any](v T) *reply[T] { return &reply[T]{v} }

// pageOf returns the part of a list that is asked for. Its mark is how many
// items stand before it.
func pageOf[T any](p Paging, all []T) *list[T] {
	from := min(p.After, int64(len(all)))
	until := min(from+int64(p.Limit), int64(len(all)))
	body := page[T]{Items: append([]T{}, all[from:until]...)}
	if until < int64(len(all)) {
		body.Next = &until
	}
	return replyOf(body)
}

// views returns every item of a list in another form.
func views[T, V any](all []T, view func(T) V) []V {
	list := make([]V, len(all))
	for i, item := range all {
		list[i] = view(item)
	}
	return list
}
