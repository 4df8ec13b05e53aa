#include "base/hash.h"

#include <openssl/evp.h>

#include <cstdlib>
#include <memory>

namespace oxbow {
namespace {

// Fetching an algorithm by name costs more than hashing a small text, so each is fetched once.
const EVP_MD* algorithm(HashKind kind) {
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  switch (kind) {
    case HashKind::md5: return md5;
    case HashKind::sha256: return sha256;
    case HashKind::sha512: return sha512;
  }
  std::abort();
}

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

std::string_view name(HashKind kind) {
  switch (kind) {
    case HashKind::md5: return "md5";
    case HashKind::sha256: return "sha256";
    case HashKind::sha512: return "sha512";
  }
  std::abort();
}

std::size_t hex_length(HashKind kind) {
  switch (kind) {
    case HashKind::md5: return 32;
    case HashKind::sha256: return 64;
    case HashKind::sha512: return 128;
  }
  std::abort();
}

struct Hasher::State {
  explicit State(const EVP_MD* hash) : algorithm(hash), context(EVP_MD_CTX_new()) {}
  const EVP_MD* algorithm;
  std::unique_ptr<EVP_MD_CTX, FreeContext> context;
};

Hasher::Hasher(HashKind kind) : state_(std::make_unique<State>(algorithm(kind))) {
  if (EVP_DigestInit_ex2(state_->context.get(), state_->algorithm, nullptr) != 1) std::abort();
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::add(std::string_view data) {
  if (EVP_DigestUpdate(state_->context.get(), data.data(), data.size()) != 1) std::abort();
}

std::string Hasher::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), digest.data(), &length) != 1 ||
      EVP_DigestInit_ex2(state_->context.get(), state_->algorithm, nullptr) != 1) {
    std::abort();
  }
  return to_hex(std::span(digest).first(length));
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const std::uint8_t byte : bytes) {
    hex.push_back(digits[byte >> 4U]);
    hex.push_back(digits[byte & 0xFU]);
  }
  return hex;
}

std::string hex_digest(HashKind kind, std::string_view data) {
  // Making a context costs more than hashing a small text, so each thread keeps its own.
  thread_local std::array<Hasher, 3> hashers = {Hasher(HashKind::md5), Hasher(HashKind::sha256),
                                                Hasher(HashKind::sha512)};
  Hasher& hasher = hashers[static_cast<std::size_t>(kind)];
  hasher.add(data);
  return hasher.hex();
}

}  // namespace oxbow
