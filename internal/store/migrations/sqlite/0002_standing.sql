create table organization (
	id         text primary key,
	revision   bigint not null,
	created_at bigint not null
);

create table entry (
	organization text not null references organization (id),
	seq          bigint not null,
	about        text not null,
	subject      text not null,
	key          text not null,
	value        text,
	stated_at    bigint not null,
	stated_by    text not null,
	origin       text not null,
	source       text not null,
	sure         text not null,
	primary key (organization, seq)
) without rowid;

create index entry_ref on entry (organization, about, subject, key, seq);

create table draft (
	id           text primary key,
	account      text not null references account (id) on delete cascade,
	organization text not null references organization (id),
	name         text not null,
	changes      text not null,
	changed_at   bigint not null
);

create index draft_account on draft (account, organization);
