--
-- PostgreSQL database dump
--

\restrict laqHa6XSe09f5L4TSHnsGuB7qUiJ48NR4vgwGpSN39MHn1YZCTMEhbfnSMBwfFQ

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
-- Data for Name: 客户; Type: TABLE DATA; Schema: crm; Owner: postgres
--

INSERT INTO crm."客户" (id, xm, tel, sfz, note, "select") VALUES
	(1, '王小明', '13800138000', '110101180001010015', 'it''s (a, b); C:\', 1.50),
	(2, '欧阳若兰', NULL, '999999180001010016', '行一
行二	"引号"', 2.00),
	(3, '李丽', '', '                  ', '''', 0.00);


--
-- Data for Name: other; Type: TABLE DATA; Schema: public; Owner: postgres
--

INSERT INTO public.other (value, pic) VALUES
	('13800138000', '\x00ff275c'),
	('zhangsan@example.com', NULL);


--
-- Name: 客户_id_seq; Type: SEQUENCE SET; Schema: crm; Owner: postgres
--

SELECT pg_catalog.setval('crm."客户_id_seq"', 1, false);


--
-- PostgreSQL database dump complete
--

\unrestrict laqHa6XSe09f5L4TSHnsGuB7qUiJ48NR4vgwGpSN39MHn1YZCTMEhbfnSMBwfFQ

