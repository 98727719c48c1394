package api

import (
	"context"
	"mime"
	"net/http"
	"net/url"

	"guanji/internal/filing"
	"guanji/internal/problem"
)

// mostChunk is the most bytes of one write to an upload.
const mostChunk = 64 << 20

// OfUpload is the upload that an operation is about.
type OfUpload struct {
	OfOrganization
	Upload string `path:"upload" doc:"The id of an upload of one's own: the end of the Location that create-upload answers."`
}

// pathOf returns the address of something below [Base].
func pathOf(parts ...string) string {
	path := Base
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return path
}

// uploadOptions is what is spoken of tus.
type uploadOptions struct {
	Version   string `header:"Tus-Version"`
	Extension string `header:"Tus-Extension"`
	MaxSize   int64  `header:"Tus-Max-Size" doc:"In bytes."`
}

func (s *server) uploadOptions(context.Context, *OfOrganization) (*uploadOptions, error) {
	return &uploadOptions{tusVersion, tusExtensions, filing.MaxFile}, nil
}

// uploadBegun is where an upload goes on.
type uploadBegun struct {
	Location string `header:"Location"`
}

func (s *server) createUpload(ctx context.Context, in *struct {
	OfOrganization
	Tus
	Length   string `header:"Upload-Length" doc:"The size of the file, in bytes; it must be known."`
	Metadata string `header:"Upload-Metadata" doc:"As in tus. Of the keys, filename is kept."`
}) (*uploadBegun, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	size, err := bytesIn("Upload-Length", in.Length)
	if err != nil {
		return nil, err
	}
	if size > filing.MaxFile {
		return nil, &refusal{http.StatusRequestEntityTooLarge, problem.New(problem.Input, "filing.size", int64(filing.MaxFile>>30))}
	}
	metadata, ok := parseMetadata(in.Metadata)
	if !ok {
		return nil, wrong("header.Upload-Metadata", "api.metadata")
	}
	u, err := s.Filing.Begin(ctx, in.Organization, callerOf(ctx).ID, metadata["filename"], size)
	if err != nil {
		return nil, err
	}
	return &uploadBegun{pathOf("organizations", in.Organization, "uploads", u.ID)}, nil
}

// uploadState is how far an upload is.
type uploadState struct {
	Offset   int64  `header:"Upload-Offset" doc:"How many bytes are kept: the upload goes on after them."`
	Length   int64  `header:"Upload-Length"`
	Metadata string `header:"Upload-Metadata"`
}

func (s *server) upload(ctx context.Context, in *struct {
	OfUpload
	Tus
}) (*uploadState, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	u, err := s.Filing.Upload(ctx, in.Organization, callerOf(ctx).ID, in.Upload)
	if err != nil {
		return nil, err
	}
	return &uploadState{u.Offset, u.Size, formatMetadata(map[string]string{"filename": u.Name})}, nil
}

// uploadWritten is how far an upload is after a write.
type uploadWritten struct {
	Offset int64 `header:"Upload-Offset" doc:"How many bytes are kept."`
}

func (s *server) writeUpload(ctx context.Context, in *struct {
	OfUpload
	Tus
	Offset string `header:"Upload-Offset" doc:"After how many bytes these come: as get-upload says."`
}) (*uploadWritten, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	if t, _, err := mime.ParseMediaType(in.r.Header.Get("Content-Type")); err != nil || t != chunkType {
		return nil, &refusal{http.StatusUnsupportedMediaType, problem.New(problem.Usage, "api.not_chunk", chunkType)}
	}
	offset, err := bytesIn("Upload-Offset", in.Offset)
	if err != nil {
		return nil, err
	}
	if in.r.ContentLength > mostChunk { // one that says so is refused before anything of it is kept
		return nil, bodyFault(&http.MaxBytesError{Limit: mostChunk})
	}
	body := in.arriving(mostChunk)
	offset, err = s.Filing.Write(ctx, in.Organization, callerOf(ctx).ID, in.Upload, offset, body)
	if body.err != nil { // what arrived before is kept
		err = bodyFault(body.err)
	}
	if err != nil {
		return nil, err
	}
	return &uploadWritten{offset}, nil
}

func (s *server) deleteUpload(ctx context.Context, in *struct {
	OfUpload
	Tus
}) (*none, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	return &none{}, s.Filing.Drop(ctx, in.Organization, callerOf(ctx).ID, in.Upload)
}

func (s *server) finishUpload(ctx context.Context, in *struct {
	OfUpload
	Wire
}) (*reply[evidenceFile], error) {
	in.allow(finishTime)
	file, err := s.Filing.Finish(ctx, in.Organization, callerOf(ctx).ID, in.Upload)
	if err != nil {
		return nil, err
	}
	return replyOf(evidenceFile(file)), nil
}
