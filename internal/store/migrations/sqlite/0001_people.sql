create table account (
	id         text primary key,
	name       text not null,
	name_key   text not null unique,
	role       text not null,
	password   text not null default '',
	disabled   boolean not null default false,
	lang       text not null default '',
	created_at bigint not null
);

create table pass (
	digest     text primary key,
	kind       text not null,
	account    text references account (id) on delete cascade,
	label      text not null default '',
	scopes     bigint not null,
	created_at bigint not null,
	seen_at    bigint not null,
	expires_at bigint not null
);

create index pass_account on pass (account, kind);
create index pass_expires on pass (expires_at);

create table setting (
	key   text primary key,
	value text not null
);
