/* tls_watch: each complaint of OpenSSL and each alert becomes one class; the certificate speaks before the alert. */
#include "monitor/tls/tls_watch.h"
#include "suite.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

START_TEST(complaints_about_a_certificate)
{
	static const struct {
		int error;
		enum sample_failure want;
		int cause;
	} rows[] = {
		{ X509_V_ERR_CERT_HAS_EXPIRED, FAILURE_TLS_EXPIRED },
		{ X509_V_ERR_CERT_NOT_YET_VALID, FAILURE_TLS_EXPIRED },
		{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_INVALID_PURPOSE, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_HOSTNAME_MISMATCH, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_IP_ADDRESS_MISMATCH, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_EE_KEY_TOO_SMALL, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_CERT_REVOKED, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_ERROR_IN_CERT_NOT_AFTER_FIELD, FAILURE_TLS_CERTIFICATE },
		{ X509_V_ERR_OUT_OF_MEM, FAILURE_SEND, ENOMEM },
		{ X509_V_ERR_STORE_LOOKUP, FAILURE_SEND, VERDICT_INSIDE },
		{ X509_V_ERR_UNSPECIFIED, FAILURE_SEND, VERDICT_INSIDE },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct tls_watch watch = { .certificate_error = rows[i].error,
			                   .alert_sent = SSL_AD_PROTOCOL_VERSION };
		struct verdict verdict = tls_watch_verdict(&watch);

		ck_assert_msg(verdict.failure == rows[i].want && verdict.cause == rows[i].cause, "%s",
		              X509_verify_cert_error_string(rows[i].error));
	}
}
END_TEST

START_TEST(alerts)
{
	static const struct {
		int sent, received;
		enum sample_failure want;
	} rows[] = {
		{ 0, 0, FAILURE_TLS },
		{ SSL_AD_PROTOCOL_VERSION, 0, FAILURE_TLS_VERSION },
		{ 0, SSL_AD_PROTOCOL_VERSION, FAILURE_TLS_VERSION },
		{ 0, SSL_AD_HANDSHAKE_FAILURE, FAILURE_TLS },
		{ 0, SSL_AD_CERTIFICATE_REQUIRED, FAILURE_TLS },
		{ 0, SSL_AD_INTERNAL_ERROR, FAILURE_TLS }, /* the server's own */
		{ SSL_AD_INTERNAL_ERROR, 0, FAILURE_SEND },
		{ SSL_AD_DECODE_ERROR, 0, FAILURE_TLS },
	};

	for (size_t i = 0; i < ROWS(rows); i++) {
		struct tls_watch watch = { .alert_sent = rows[i].sent, .alert_received = rows[i].received };

		ck_assert_msg(tls_watch_verdict(&watch).failure == rows[i].want, "sent %d, received %d",
		              rows[i].sent, rows[i].received);
	}
}
END_TEST

START_TEST(what_may_be_ours_is_missed)
{
	struct tls_watch expired = { .certificate_error = X509_V_ERR_CERT_HAS_EXPIRED, .ours = true };
	struct tls_watch refused = { .alert_received = SSL_AD_CERTIFICATE_EXPIRED, .ours = true };

	ck_assert_int_eq(tls_watch_verdict(&expired).failure, FAILURE_OWN_SIDE);
	ck_assert_int_eq(tls_watch_verdict(&refused).failure, FAILURE_OWN_SIDE);
}
END_TEST

START_TEST(our_own_alert_has_its_cause)
{
	struct tls_watch watch = { .alert_sent = SSL_AD_INTERNAL_ERROR, .fault = ERR_R_MALLOC_FAILURE };

	ck_assert_int_eq(tls_watch_verdict(&watch).cause, ENOMEM);
	watch.fault = ERR_R_INTERNAL_ERROR;
	ck_assert_int_eq(tls_watch_verdict(&watch).cause, VERDICT_INSIDE);
}
END_TEST

int main(void)
{
	return run_suite("tls_watch", (const TTest *const[]){ complaints_about_a_certificate, alerts,
	                                                      what_may_be_ours_is_missed,
	                                                      our_own_alert_has_its_cause, NULL });
}
