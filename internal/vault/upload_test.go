package vault

import (
	"bytes"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"guanji/internal/problem"
)

var noon = time.Date(2026, 9, 1, 12, 0, 0, 0, time.FixedZone("Beijing", 8*3600))

func upload(size int64) Upload {
	return Upload{Name: "日志 <1>.zip", Size: size, Owner: "ana", Organization: "acme", Created: noon}
}

func begin(t *testing.T, v *Vault, size int64) string {
	t.Helper()
	id, err := v.Begin(t.Context(), upload(size))
	must(t, err)
	return id
}

// offset asks how far an upload is.
func offset(t *testing.T, v *Vault, id string) int64 {
	t.Helper()
	u, err := v.Upload(t.Context(), id)
	must(t, err)
	return u.Offset
}

// TestUpload uploads a file in steps, each by another process, as it were.
func TestUpload(t *testing.T) {
	dir := t.TempDir()
	data := bytesOf(1, 700_000)
	id := begin(t, open(t, dir), int64(len(data)))
	u, err := open(t, dir).Upload(t.Context(), id)
	must(t, err)
	if want := (Upload{ID: id, Name: "日志 <1>.zip", Size: 700_000, Owner: "ana", Organization: "acme", Created: noon.UTC()}); u != want {
		t.Errorf("Upload = %+v, want %+v", u, want)
	}
	at := int64(0)
	for _, step := range []int64{1, 299_999, 0, 400_000} {
		got, err := open(t, dir).Write(t.Context(), id, at, bytes.NewReader(data[at:at+step]))
		must(t, err)
		if at += step; got != at || offset(t, open(t, dir), id) != at {
			t.Fatalf("at %d, told %d, want %d", offset(t, open(t, dir), id), got, at)
		}
	}
	want := File{digest(data), int64(len(data))}
	for range 2 {
		f, err := open(t, dir).Finish(t.Context(), id)
		must(t, err)
		if f != want {
			t.Errorf("Finish = %v, want %v", f, want)
		}
	}
	v := open(t, dir)
	must(t, v.Check(t.Context(), want.Digest, want.Size))
	u, err = v.Upload(t.Context(), id)
	must(t, err)
	if !u.Finished() || u.Kept != want || u.Offset != u.Size {
		t.Errorf("afterwards: %+v", u)
	}
	at, err = v.Write(t.Context(), id, at, strings.NewReader("x"))
	wantKind(t, "writing afterwards", err, problem.Conflict)
	if at != u.Size {
		t.Errorf("writing afterwards: at %d", at)
	}
	must(t, v.Drop(t.Context(), id))
	must(t, v.Check(t.Context(), want.Digest, want.Size))
	_, err = v.Finish(t.Context(), id)
	wantKind(t, "finishing what was dropped", err, problem.NotFound)
}

func TestUploadOfNothing(t *testing.T) {
	v := open(t, t.TempDir())
	f, err := v.Finish(t.Context(), begin(t, v, 0))
	must(t, err)
	if f != (File{digest(nil), 0}) {
		t.Errorf("Finish = %v", f)
	}
}

func TestUploadsAreRefused(t *testing.T) {
	v, err := Open(Config{Dir: t.TempDir(), MaxUpload: 1000, MaxUploads: 3, MaxPending: 1500, Reserve: -1})
	must(t, err)
	defer v.Close()
	for name, tt := range map[string]struct {
		change func(u *Upload)
		want   problem.Kind
	}{
		"good":               {func(*Upload) {}, ""},
		"as large as may":    {func(u *Upload) { u.Size = 1000 }, ""},
		"too large":          {func(u *Upload) { u.Size = 1001 }, problem.Input},
		"less than nothing":  {func(u *Upload) { u.Size = -1 }, problem.Input},
		"no name":            {func(u *Upload) { u.Name = "" }, problem.Input},
		"a path":             {func(u *Upload) { u.Name = "../x" }, problem.Input},
		"a path of Windows":  {func(u *Upload) { u.Name = `..\x` }, problem.Input},
		"no text":            {func(u *Upload) { u.Name = "\xff" }, problem.Input},
		"a new line":         {func(u *Upload) { u.Name = "a\nb" }, problem.Input},
		"reads backwards":    {func(u *Upload) { u.Name = "a\u202egpj.exe" }, problem.Input},
		"a long name":        {func(u *Upload) { u.Name = strings.Repeat("字", 86) }, problem.Input},
		"a name just so":     {func(u *Upload) { u.Name = strings.Repeat("字", 85) }, ""},
		"nobody's":           {func(u *Upload) { u.Owner = "" }, problem.Input},
		"of no organization": {func(u *Upload) { u.Organization = "\x00" }, problem.Input},
		"of no time":         {func(u *Upload) { u.Created = time.Date(10_000, 1, 1, 0, 0, 0, 0, time.UTC) }, problem.Input},
	} {
		t.Run(name, func(t *testing.T) {
			u := upload(10)
			tt.change(&u)
			id, err := v.Begin(t.Context(), u)
			wantKind(t, name, err, tt.want)
			if err == nil {
				must(t, v.Drop(t.Context(), id))
			}
		})
	}
	if got := leftovers(t, v, incomingFolder); got != nil {
		t.Errorf("left: %q", got)
	}
}

func TestUploadsAreLimited(t *testing.T) {
	v, err := Open(Config{Dir: t.TempDir(), MaxUploads: 3, MaxPending: 1500, Reserve: -1})
	must(t, err)
	defer v.Close()
	first := begin(t, v, 1000)
	_, err = v.Begin(t.Context(), upload(501))
	wantKind(t, "too many bytes", err, problem.TooMany)
	begin(t, v, 500)
	begin(t, v, 0)
	_, err = v.Begin(t.Context(), upload(0))
	wantKind(t, "too many", err, problem.TooMany)
	other := upload(1500)
	other.Owner = "bo"
	_, err = v.Begin(t.Context(), other)
	must(t, err)
	_, err = v.Write(t.Context(), first, 0, bytes.NewReader(make([]byte, 1000)))
	must(t, err)
	_, err = v.Finish(t.Context(), first)
	must(t, err)
	begin(t, v, 1000) // what is finished does not count
}

// TestUploadNeedsRoom asks for more than any disk has.
func TestUploadNeedsRoom(t *testing.T) {
	v, err := Open(Config{Dir: t.TempDir(), MaxUpload: 1 << 60, MaxPending: 1 << 62})
	must(t, err)
	defer v.Close()
	_, err = v.Begin(t.Context(), upload(1<<60))
	wantKind(t, "more than there is", err, problem.Refused)
	if e, ok := errors.AsType[*problem.Error](err); !ok || e.Msg.Key != "vault.no_room" || !strings.Contains(err.Error(), "1.0 EiB") {
		t.Errorf("it says %v", err)
	}
}

func TestHostileIDs(t *testing.T) {
	v := open(t, t.TempDir())
	good := begin(t, v, 0)
	for _, id := range []string{"", ".", "..", "../files", good[:25], good + "A", strings.ToLower(good), good[:25] + "/", good[:25] + "1", "\x00", strings.Repeat("A", 26)} {
		_, err := v.Upload(t.Context(), id)
		wantKind(t, id, err, problem.NotFound)
		_, err = v.Write(t.Context(), id, 0, strings.NewReader(""))
		wantKind(t, id, err, problem.NotFound)
		_, err = v.Finish(t.Context(), id)
		wantKind(t, id, err, problem.NotFound)
		wantKind(t, id, v.Drop(t.Context(), id), problem.NotFound)
	}
}

// TestDamagedUploads changes what the vault wrote of an upload. It can be
// dropped all the same, and does not keep others from coming in.
func TestDamagedUploads(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(folder string) error
		want  Fault
	}{
		"no meta":        {func(f string) error { return os.Remove(f + "/meta") }, Missing},
		"other meta":     {func(f string) error { return os.WriteFile(f+"/meta", []byte(`{"size":1}`), 0o600) }, Changed},
		"large meta":     {func(f string) error { return os.Truncate(f+"/meta", 1<<40) }, Changed},
		"data too long":  {func(f string) error { return os.Truncate(f+"/data", 11) }, Changed},
		"no data":        {func(f string) error { return os.Remove(f + "/data") }, Missing},
		"data a folder":  {func(f string) error { return errors.Join(os.Remove(f+"/data"), os.Mkdir(f+"/data", 0o700)) }, Strange},
		"other receipt":  {func(f string) error { return errors.Join(os.Remove(f+"/data"), os.WriteFile(f+"/done", nil, 0o600)) }, Changed},
		"empty":          {func(f string) error { return errors.Join(os.RemoveAll(f), os.Mkdir(f, 0o700)) }, Missing},
		"a file":         {func(f string) error { return errors.Join(os.RemoveAll(f), os.WriteFile(f, nil, 0o600)) }, Strange},
		"link to itself": {func(f string) error { return errors.Join(os.RemoveAll(f), os.Symlink(f, f)) }, Strange},
	} {
		t.Run(name, func(t *testing.T) {
			v := open(t, t.TempDir())
			id := begin(t, v, 10)
			must(t, tt.spoil(v.where(incomingFolder+"/"+id)))
			_, err := v.Upload(t.Context(), id)
			wantFault(t, "upload", err, tt.want)
			_, err = v.Write(t.Context(), id, 0, strings.NewReader("x"))
			wantFault(t, "write", err, tt.want)
			_, err = v.Finish(t.Context(), id)
			wantFault(t, "finish", err, tt.want)
			begin(t, v, 10)
			must(t, v.Drop(t.Context(), id))
			wantKind(t, "again", v.Drop(t.Context(), id), problem.NotFound)
			if got := leftovers(t, v, tempFolder); got != nil {
				t.Errorf("left: %q", got)
			}
		})
	}
}

// TestFinishedFileIsGone has an upload answer for a file that is no more.
func TestFinishedFileIsGone(t *testing.T) {
	v := open(t, t.TempDir())
	id := begin(t, v, 0)
	f, err := v.Finish(t.Context(), id)
	must(t, err)
	name, err := fileName(f.Digest)
	must(t, err)
	must(t, os.Remove(v.where(name)))
	_, err = v.Finish(t.Context(), id)
	wantFault(t, "again", err, Missing)
}

// TestUploadsOfAnOwner lists those that count for the limits.
func TestUploadsOfAnOwner(t *testing.T) {
	v := open(t, t.TempDir())
	var want []string
	for i := range 3 {
		u := upload(10)
		u.Created = noon.Add(time.Duration(i) * time.Hour)
		id, err := v.Begin(t.Context(), u)
		must(t, err)
		want = append(want, id)
	}
	_, err := v.Write(t.Context(), want[1], 0, strings.NewReader("abc"))
	must(t, err)
	other := upload(10)
	other.Owner = "bo"
	_, err = v.Begin(t.Context(), other)
	must(t, err)
	_, err = v.Finish(t.Context(), begin(t, v, 0))
	must(t, err)
	must(t, os.WriteFile(v.where(incomingFolder+"/"+begin(t, v, 10)+"/meta"), nil, 0o600))
	list, err := v.Uploads(t.Context(), "ana")
	must(t, err)
	var got []string
	for _, u := range list {
		got = append(got, u.ID)
	}
	if !slices.Equal(got, want) || list[1].Offset != 3 {
		t.Errorf("Uploads = %+v, want %q", list, want)
	}
}

func TestSweep(t *testing.T) {
	v := open(t, t.TempDir())
	old, finished, spoilt, fresh := begin(t, v, 10), begin(t, v, 0), begin(t, v, 10), begin(t, v, 10)
	f, err := v.Finish(t.Context(), finished)
	must(t, err)
	must(t, os.WriteFile(v.where(incomingFolder+"/"+spoilt+"/meta"), nil, 0o600))
	must(t, os.WriteFile(v.where(incomingFolder+"/not ours"), nil, 0o600))
	long := time.Now().Add(-48 * time.Hour)
	for _, id := range []string{old, finished, spoilt, fresh} {
		for _, name := range []string{"meta", "data", "done", "lock", ""} {
			if err := os.Chtimes(v.where(incomingFolder+"/"+id+"/"+name), long, long); !errors.Is(err, os.ErrNotExist) {
				must(t, err)
			}
		}
	}
	_, err = v.Write(t.Context(), fresh, 0, strings.NewReader("x"))
	must(t, err)
	must(t, v.Sweep(t.Context(), long.Add(-time.Hour)))
	if got := leftovers(t, v, incomingFolder); len(got) != 5 {
		t.Errorf("swept too early, left: %q", got)
	}
	must(t, v.Sweep(t.Context(), time.Now().Add(-24*time.Hour)))
	if got := leftovers(t, v, incomingFolder); !slices.Equal(got, []string{fresh, "not ours"}) {
		t.Errorf("left: %q, want %s", got, fresh)
	}
	must(t, v.Check(t.Context(), f.Digest, f.Size))
}
