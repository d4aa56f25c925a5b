-- How many deliveries of a tenant are under way.
CREATE INDEX webhook_sending ON webhook (tenant_id) WHERE status = 'sending';
