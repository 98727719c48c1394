--
-- PostgreSQL database dump
--

\restrict XEPevKrqBRP4y53sX5bf3zTegWMMrBpS5RbAIgmQAf4tWKMrlj3OTQpoRCQxs0r

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: crm; Type: SCHEMA; Schema: -; Owner: postgres
--

CREATE SCHEMA crm;


ALTER SCHEMA crm OWNER TO postgres;

--
-- Name: f(); Type: FUNCTION; Schema: public; Owner: postgres
--

CREATE FUNCTION public.f() RETURNS integer
    LANGUAGE plpgsql
    AS $$ BEGIN -- don't
RETURN 1; END; $$;


ALTER FUNCTION public.f() OWNER TO postgres;

SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: 客户; Type: TABLE; Schema: crm; Owner: postgres
--

CREATE TABLE crm."客户" (
    id integer NOT NULL,
    xm character varying(40),
    tel text DEFAULT ''::text,
    sfz character(18),
    note text,
    "select" numeric(10,2),
    CONSTRAINT c CHECK ((tel <> 'x,('::text))
);


ALTER TABLE crm."客户" OWNER TO postgres;

--
-- Name: COLUMN "客户".xm; Type: COMMENT; Schema: crm; Owner: postgres
--

COMMENT ON COLUMN crm."客户".xm IS '姓名';


--
-- Name: COLUMN "客户".sfz; Type: COMMENT; Schema: crm; Owner: postgres
--

COMMENT ON COLUMN crm."客户".sfz IS '身份证号';


--
-- Name: 客户_id_seq; Type: SEQUENCE; Schema: crm; Owner: postgres
--

CREATE SEQUENCE crm."客户_id_seq"
    AS integer
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


ALTER TABLE crm."客户_id_seq" OWNER TO postgres;

--
-- Name: 客户_id_seq; Type: SEQUENCE OWNED BY; Schema: crm; Owner: postgres
--

ALTER SEQUENCE crm."客户_id_seq" OWNED BY crm."客户".id;


--
-- Name: other; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.other (
    value text,
    pic bytea
);


ALTER TABLE public.other OWNER TO postgres;

--
-- Name: 客户 id; Type: DEFAULT; Schema: crm; Owner: postgres
--

ALTER TABLE ONLY crm."客户" ALTER COLUMN id SET DEFAULT nextval('crm."客户_id_seq"'::regclass);


--
-- Data for Name: 客户; Type: TABLE DATA; Schema: crm; Owner: postgres
--

INSERT INTO crm."客户" VALUES (1, '王小明', '13800138000', '110101180001010015', 'it''s (a, b); C:\', 1.50);
INSERT INTO crm."客户" VALUES (2, '欧阳若兰', NULL, '999999180001010016', '行一
行二	"引号"', 2.00);
INSERT INTO crm."客户" VALUES (3, '李丽', '', '                  ', '''', 0.00);


--
-- Data for Name: other; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public.other VALUES ('13800138000', '\x00ff275c');
INSERT INTO public.other VALUES ('zhangsan@example.com', NULL);


--
-- Name: 客户_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: postgres
--

SELECT pg_catalog.setval('crm."客户_id_seq"', 1, false);


--
-- Name: 客户 客户_pkey; Type: CONSTRAINT; Schema: crm; Owner: postgres
--

ALTER TABLE ONLY crm."客户"
    ADD CONSTRAINT "客户_pkey" PRIMARY KEY (id);


--
-- PostgreSQL database dump complete
--

\unrestrict XEPevKrqBRP4y53sX5bf3zTegWMMrBpS5RbAIgmQAf4tWKMrlj3OTQpoRCQxs0r

