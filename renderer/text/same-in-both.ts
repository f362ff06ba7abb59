/** Texts that are the same in English and German. */
export const sameInBoth: ReadonlySet<string> = new Set(['Name', 'Status', 'Pipeline', ', optional', 'Parameter', 'Orange', 'Text', 'Schema', 'Training', 'Median', 'Host', 'Port', 'Version', 'System', 'Monitor', 's', 'min', 'Webhook', 'Desktop', 'Server', 'TLS', 'STARTTLS', 'Naive Bayes', 'DBSCAN', 'income > 30000 and city is not null']);
