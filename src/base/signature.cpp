#include "base/signature.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>

#include <array>
#include <cstdlib>
#include <span>

#include "base/hash.h"

namespace oxbow {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeKey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeSigner {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

// A key that wants a password is not a key for a service; nobody is asked for one.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

}  // namespace

std::string hmac_sha256_hex(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(),
           digest.data(), &length) == nullptr) {
    std::abort();
  }
  return to_hex(std::span(digest).first(length));
}

bool is_equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

struct RsaKey::Key {
  std::unique_ptr<EVP_PKEY, FreeKey> handle;
};

RsaKey::RsaKey(std::unique_ptr<Key> key) : key_(std::move(key)) {}
RsaKey::RsaKey(RsaKey&&) noexcept = default;
RsaKey& RsaKey::operator=(RsaKey&&) noexcept = default;
RsaKey::~RsaKey() = default;

Result<RsaKey> RsaKey::parse(std::string_view pem, std::string_view what) {
  const std::unique_ptr<BIO, FreeBio> text(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  auto key = std::make_unique<Key>();
  key->handle.reset(PEM_read_bio_PrivateKey(text.get(), nullptr, no_password, nullptr));
  if (key->handle == nullptr || EVP_PKEY_get_base_id(key->handle.get()) != EVP_PKEY_RSA) {
    return fail(std::string(what) +
                " is not an RSA private key in PEM; take the file that GitHub gave for the app");
  }
  return RsaKey(std::move(key));
}

Result<std::string> RsaKey::sign(std::string_view text) const {
  const std::unique_ptr<EVP_MD_CTX, FreeSigner> context(EVP_MD_CTX_new());
  std::size_t length = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_->handle.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes(text), text.size()) != 1) {
    return fail("the app's key cannot sign");
  }
  std::string signature(length, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &length,
                     bytes(text), text.size()) != 1) {
    return fail("the app's key cannot sign");
  }
  signature.resize(length);
  return signature;
}

}  // namespace oxbow
