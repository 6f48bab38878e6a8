package almanac;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.r5.elementmodel.Element;
import org.hl7.fhir.r5.elementmodel.JsonParser;
import org.hl7.fhir.r5.model.CanonicalResource;
import org.hl7.fhir.r5.model.CanonicalType;
import org.hl7.fhir.r5.utils.validation.IResourceValidator;
import org.hl7.fhir.r5.utils.validation.IValidatorResourceFetcher;
import org.hl7.fhir.r5.utils.validation.constants.ReferenceValidationPolicy;

/**
 * A world in which every reference that tells a type and an id leads to a resource of that type: the judge looks at
 * what a reference may lead to only when it has found something there.
 */
final class References implements IValidatorResourceFetcher {
  private static final String TYPE_AND_ID =
      "([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/[A-Za-z0-9.-]{1,64})?$";
  /** Nothing may stand before the type of a relative reference, not even a slash. */
  private static final Pattern RELATIVE = Pattern.compile("^" + TYPE_AND_ID);
  private static final Pattern BELOW_A_BASE = Pattern.compile("/" + TYPE_AND_ID);
  private static final Pattern ABSOLUTE = Pattern.compile("^[A-Za-z][A-Za-z0-9+.-]*:.*");

  @Override
  public Element fetch(IResourceValidator validator, Object appContext, String url) throws IOException {
    Matcher match = (ABSOLUTE.matcher(url).matches() ? BELOW_A_BASE : RELATIVE).matcher(url);
    if (!match.find() || !validator.getContext().getResourceNamesAsSet().contains(match.group(1))) return null;
    String text = "{\"resourceType\":\"" + match.group(1) + "\",\"id\":\"x\"}";
    return new JsonParser(validator.getContext())
        .parseSingle(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), new ArrayList<>());
  }

  @Override
  public boolean resolveURL(IResourceValidator validator, Object appContext, String path, String url, String type,
      boolean canonical, List<CanonicalType> targets) {
    return true;
  }

  @Override
  public byte[] fetchRaw(IResourceValidator validator, String url) throws IOException {
    // Nothing stands for a content that nobody fetched: its size is not known.
    throw new IOException("Nothing is fetched here.");
  }

  @Override
  public IValidatorResourceFetcher setLocale(Locale locale) {
    return this;
  }

  @Override
  public CanonicalResource fetchCanonicalResource(IResourceValidator validator, Object appContext, String url) {
    return null;
  }

  @Override
  public boolean fetchesCanonicalResource(IResourceValidator validator, String url) {
    return false;
  }

  @Override
  public Set<ResourceVersionInformation> fetchCanonicalResourceVersions(
      IResourceValidator validator, Object appContext, String url) {
    return Set.of();
  }

  static final class Policy extends FhirDefaultPolicyAdvisor {
    @Override
    public ReferenceValidationPolicy policyForReference(IResourceValidator validator, Object appContext, String path,
        String url, ReferenceDestinationType destination) {
      return ABSOLUTE.matcher(url).matches()
          ? ReferenceValidationPolicy.CHECK_TYPE_IF_EXISTS
          : ReferenceValidationPolicy.CHECK_EXISTS_AND_TYPE;
    }
  }
}
