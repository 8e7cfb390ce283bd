-- What Shardgate's account needs beside its own database: recovery of two-phase commits asks for prepared branches.
GRANT XA_RECOVER_ADMIN ON *.* TO shardgate@'%';
