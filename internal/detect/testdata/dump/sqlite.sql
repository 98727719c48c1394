PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE `user` (`id` INTEGER, `name` TEXT, `phone` TEXT, note TEXT);
INSERT INTO user VALUES(1,'王小明','13800138000','C:\');
INSERT INTO user VALUES(2,'欧阳若兰',NULL,replace('it''s (a, b);\ntwo','\n',char(10)));
COMMIT;
